"""Cheap light blocking by the hand itself: the hand as a heap of balls along its bones.

Ambient visibility follows the solid angle of each ball above a vertex' horizon; the key light's is a soft shadow by how
closely the ray to the light passes each ball.
"""

import numpy as np

from handviz.geometry.skeleton import BONES

_RADIUS = np.array([0.019] + [0.016, 0.012, 0.010, 0.008] + [0.013, 0.0095, 0.0085, 0.007] * 4)
"""Thickness of the flesh around each of the 21 joints, metres."""

_STATIONS = np.array([0.2, 0.5, 0.8])


def hand_balls(joints: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Centres (B, 3) and radii (B,) for joints (21, 3)."""
    parents, children = np.array(BONES).T
    along = _STATIONS[:, None, None]
    centres = joints[parents] * (1 - along) + joints[children] * along
    radii = _RADIUS[parents] * (1 - along[..., 0]) + _RADIUS[children] * along[..., 0]
    return centres.reshape(-1, 3).astype(np.float32), (radii.reshape(-1) * 0.95).astype(np.float32)


def ambient_visibility(points: np.ndarray, normals: np.ndarray, centres: np.ndarray, radii: np.ndarray) -> np.ndarray:
    """Share (P,) of the sky that points (P, 3) with unit normals see past the balls."""
    distance, cosine = _toward(points, normals, centres)
    clear = distance > radii * 1.25  # the flesh a point sits on does not shade it
    blocked = np.where(clear, np.maximum(cosine + 0.1, 0.0) * (radii / distance) ** 2, 0.0)
    return np.prod(1.0 - np.minimum(blocked * 0.8, 0.7), axis=1)


def key_visibility(
    points: np.ndarray, centres: np.ndarray, radii: np.ndarray, direction: np.ndarray, softness: float
) -> np.ndarray:
    """Share (P,) of a key light in `direction` (3,) that reaches the points; softness is the light's angular size."""
    distance = _distances(points, centres)
    along = (centres @ direction)[None] - (points @ direction)[:, None]
    aside = np.sqrt(np.maximum(distance * distance - along * along, 0.0))
    edge = softness * np.maximum(along, 0.0) + 0.0015
    lit = np.clip((aside - radii) / (2 * edge) + 0.5, 0.0, 1.0)
    blocks = (along > radii * 0.9) & (distance > radii * 1.35)
    return np.where(blocks, lit, 1.0).min(1)


def _toward(points: np.ndarray, normals: np.ndarray, centres: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distances (P, B) and the cosines of the angle between normal and ball."""
    distance = _distances(points, centres)
    height = normals @ centres.T - (normals * points).sum(1)[:, None]
    return distance, height / distance


def _distances(points: np.ndarray, centres: np.ndarray) -> np.ndarray:
    squared = (points**2).sum(1)[:, None] + (centres**2).sum(1)[None] - 2 * points @ centres.T
    return np.sqrt(np.maximum(squared, 1e-8))
