"""Left hands: everything is computed for right hands and mirrored in x, which swaps left and right of the picture too.

Each function is its own inverse and takes numpy arrays or torch tensors.
"""

from typing import TypeVar

import numpy as np

Array = TypeVar("Array")


def mirror_points(points: Array) -> Array:
    """Points (..., 3), x negated."""
    mirrored = _copy(points)
    mirrored[..., 0] *= -1
    return mirrored


def mirror_axis_angle(pose: Array) -> Array:
    """Rotation vectors (..., 3 * n), one after the other: with M = diag(-1, 1, 1), R becomes M R M."""
    if pose.shape[-1] % 3:
        raise ValueError(f"pose {tuple(pose.shape)} does not end in whole rotation vectors")
    mirrored = _copy(pose)
    mirrored[..., 1::3] *= -1
    mirrored[..., 2::3] *= -1
    return mirrored


def mirror_rotations(rotations: Array) -> Array:
    """Rotation matrices (..., 3, 3): M R M with M = diag(-1, 1, 1)."""
    mirrored = _copy(rotations)
    mirrored[..., 0, 1:] *= -1
    mirrored[..., 1:, 0] *= -1
    return mirrored


def mirror_faces(faces: Array) -> Array:
    """Triangles (F, 3) wound the other way, so that a mirrored mesh keeps its outside out."""
    return _copy(faces[:, [0, 2, 1]])


def _copy(array: Array) -> Array:
    return array.copy() if isinstance(array, np.ndarray) else array.clone()
