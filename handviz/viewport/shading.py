"""Light for the renderers that have none of their own: a headlight and a softer one above it to the left."""

import numpy as np

GHOST = 0.3
"""What a ghost covers of what lies behind it."""
CONTOUR = 0.45
"""What light the line between two hands is robbed of."""
PALE = np.float32(0.55)
"""How far the colour of a ghost goes towards the scene's grey for ghosts."""
AMBIENT, HEAD, KEY = 0.12, 0.62, 0.34
KEY_DIRECTION = np.array([-0.45, -0.75, -0.5], np.float32) / np.float32(np.linalg.norm([0.45, 0.75, 0.5]))
"""Towards the key light, in camera coordinates (x right, y down, z forward)."""


def shade(normals: np.ndarray, towards_eye: np.ndarray, rotation: np.ndarray) -> np.ndarray:
    """Brightness (N,) of surfaces with unit normals (N, 3), seen from unit directions towards_eye (N, 3) or (3,).

    normals and towards_eye are in world coordinates; rotation (3, 3) is the camera's, world to camera. Both sides of a
    surface are lit: an open wrist shows its inside.
    """
    facing = np.einsum("nj,nj->n", normals, np.broadcast_to(towards_eye, normals.shape))
    key = np.sign(facing) * (normals @ (rotation.T @ KEY_DIRECTION).astype(np.float32))
    return AMBIENT + HEAD * np.abs(facing) + KEY * np.maximum(key, 0.0)


def bake(normals: np.ndarray) -> np.ndarray:
    """Brightness (...) of unit normals (..., 3) under two lamps that stand still in the world on opposite sides.

    For renderers whose vertex colours must not change while the camera moves; every side shows its form.
    """
    front = normals @ KEY_DIRECTION
    return 0.42 + 0.55 * np.maximum(front, 0.0) + 0.40 * np.maximum(-front, 0.0) + 0.08 * normals[..., 0]
