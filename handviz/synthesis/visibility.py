"""What the hand hides: joints from the camera, and light from itself.

For light the hand is a heap of balls along its bones.

Ambient visibility follows the solid angle of each ball above a vertex' horizon; the key light's is a soft shadow by how
closely the ray to the light passes each ball.
"""

import numpy as np

from handviz.geometry.skeleton import BONES, MANO16_OF_JOINT21, MANO_PARENTS

_RADIUS = np.array([0.019] + [0.016, 0.012, 0.010, 0.008] + [0.013, 0.0095, 0.0085, 0.007] * 4)
"""Thickness of the flesh around each of the 21 joints, metres."""

_OWN_SURFACE = 0.009
"""The surface seen before a joint is the hand's when a vertex is this near, metres."""

_DEEPEST = 0.045
"""A joint farther behind the surface than this is hidden, whatever the surface, metres."""

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


class LineOfSight:
    """Which joints the camera sees: those behind nothing but the flesh around them."""

    def __init__(self, weights: np.ndarray) -> None:
        """weights (V, 16) of the hand's skinning tell what part a vertex belongs to."""
        self._part = weights.argmax(1)
        self._own = np.zeros((21, 16), bool)
        for joint, mano in enumerate(MANO16_OF_JOINT21):
            part = mano if mano >= 0 else MANO16_OF_JOINT21[joint - 1]  # a fingertip is part of its last bone
            self._own[joint, [part, max(MANO_PARENTS[part], 0)]] = True

    def visible(self, joints_2d: np.ndarray, joints: np.ndarray, vertices: np.ndarray, depth: np.ndarray) -> np.ndarray:
        """Whether each joint is seen (21,).

        joints_2d (21, 2) in 0..1 of the crop, joints (21, 3) and vertices (V, 3) in crop-camera metres, depth (S, S) in
        metres, 0 where nothing is.
        """
        size = depth.shape[0]
        pixel = np.floor(joints_2d * size).astype(int)
        inside = ((pixel >= 0) & (pixel < size)).all(1)
        column, row = np.clip(pixel, 0, size - 1).T
        front = depth[row, column]
        surface = joints * (front / joints[:, 2])[:, None]
        apart = _distances(surface - joints[0], vertices - joints[0])
        nearest = apart.argmin(1)
        own = self._own[np.arange(21), self._part[nearest]] & (apart[np.arange(21), nearest] < _OWN_SURFACE)
        before = joints[:, 2] - front
        # Just beside a thin finger's edge the camera looks past it: nothing hides the joint then.
        return inside & ((front <= 0) | (before < 0.004) | (own & (before < _DEEPEST)))
