"""Rotations in numpy: axis-angle (..., 3) radians, matrices (..., 3, 3) and the 6D form (..., 6)."""

import numpy as np


def axis_angle_to_matrix(axis_angle: np.ndarray) -> np.ndarray:
    """Rodrigues' formula: axis-angle (..., 3) in radians to matrices (..., 3, 3)."""
    axis_angle = np.asarray(axis_angle)
    angle = np.linalg.norm(axis_angle, axis=-1)[..., None, None]
    small = angle < 1e-6
    safe = np.where(small, 1.0, angle)
    # Taylor series near zero, where sin(a)/a would divide by nothing.
    sine = np.where(small, 1.0 - angle**2 / 6.0, np.sin(safe) / safe)
    cosine = np.where(small, 0.5 - angle**2 / 24.0, (1.0 - np.cos(safe)) / safe**2)
    cross = cross_matrix(axis_angle)
    return np.eye(3, dtype=axis_angle.dtype) + sine * cross + cosine * (cross @ cross)


def cross_matrix(vector: np.ndarray) -> np.ndarray:
    """Skew-symmetric matrices (..., 3, 3) with cross_matrix(v) @ w = v x w."""
    x, y, z = np.moveaxis(np.asarray(vector), -1, 0)
    zero = np.zeros_like(x)
    rows = [np.stack(row, -1) for row in ((zero, -z, y), (z, zero, -x), (-y, x, zero))]
    return np.stack(rows, -2)


def matrix_to_axis_angle(matrix: np.ndarray) -> np.ndarray:
    """Matrices (..., 3, 3) to axis-angle (..., 3) in radians, angles within [0, pi]."""
    matrix = np.asarray(matrix)
    quaternion = _matrix_to_quaternion(matrix.astype(np.float64))
    w, xyz = quaternion[..., :1], quaternion[..., 1:]
    length = np.linalg.norm(xyz, axis=-1, keepdims=True)
    angle = 2.0 * np.arctan2(length, w)
    factor = np.where(length < 1e-9, 2.0, angle / np.maximum(length, 1e-12))
    return (xyz * factor).astype(matrix.dtype)


def _matrix_to_quaternion(matrix: np.ndarray) -> np.ndarray:
    """Unit quaternions (..., 4) as (w, x, y, z) with w >= 0."""
    m = matrix
    trace_terms = np.stack(
        [
            1 + m[..., 0, 0] + m[..., 1, 1] + m[..., 2, 2],
            1 + m[..., 0, 0] - m[..., 1, 1] - m[..., 2, 2],
            1 - m[..., 0, 0] + m[..., 1, 1] - m[..., 2, 2],
            1 - m[..., 0, 0] - m[..., 1, 1] + m[..., 2, 2],
        ],
        -1,
    )
    # Each row is one way to write the quaternion; the one with the largest term is well conditioned.
    rows = np.stack(
        [
            np.stack(
                [
                    trace_terms[..., 0],
                    m[..., 2, 1] - m[..., 1, 2],
                    m[..., 0, 2] - m[..., 2, 0],
                    m[..., 1, 0] - m[..., 0, 1],
                ],
                -1,
            ),
            np.stack(
                [
                    m[..., 2, 1] - m[..., 1, 2],
                    trace_terms[..., 1],
                    m[..., 1, 0] + m[..., 0, 1],
                    m[..., 0, 2] + m[..., 2, 0],
                ],
                -1,
            ),
            np.stack(
                [
                    m[..., 0, 2] - m[..., 2, 0],
                    m[..., 1, 0] + m[..., 0, 1],
                    trace_terms[..., 2],
                    m[..., 2, 1] + m[..., 1, 2],
                ],
                -1,
            ),
            np.stack(
                [
                    m[..., 1, 0] - m[..., 0, 1],
                    m[..., 0, 2] + m[..., 2, 0],
                    m[..., 2, 1] + m[..., 1, 2],
                    trace_terms[..., 3],
                ],
                -1,
            ),
        ],
        -2,
    )
    best = trace_terms.argmax(-1)[..., None, None]
    quaternion = np.take_along_axis(rows, best, axis=-2)[..., 0, :]
    quaternion /= np.linalg.norm(quaternion, axis=-1, keepdims=True)
    return np.where(quaternion[..., :1] < 0, -quaternion, quaternion)


def rotation_6d_to_matrix(rotation_6d: np.ndarray) -> np.ndarray:
    """The 6D form (..., 6) (Zhou et al. 2019): its halves are made orthonormal and become the first two columns."""
    first, second = rotation_6d[..., :3], rotation_6d[..., 3:]
    x = first / np.maximum(np.linalg.norm(first, axis=-1, keepdims=True), 1e-8)
    y = second - (x * second).sum(-1, keepdims=True) * x
    y = y / np.maximum(np.linalg.norm(y, axis=-1, keepdims=True), 1e-8)
    return np.stack([x, y, np.cross(x, y)], -1)


def matrix_to_rotation_6d(matrix: np.ndarray) -> np.ndarray:
    """Matrices (..., 3, 3) to the 6D form (..., 6): the first two columns."""
    matrix = np.asarray(matrix)
    return np.concatenate([matrix[..., :, 0], matrix[..., :, 1]], -1)


def rotation_between(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Smallest rotations (..., 3, 3) that turn directions source (..., 3) onto target (..., 3)."""
    source = source / np.linalg.norm(source, axis=-1, keepdims=True)
    target = target / np.linalg.norm(target, axis=-1, keepdims=True)
    axis = np.cross(source, target)
    sine = np.linalg.norm(axis, axis=-1, keepdims=True)
    cosine = (source * target).sum(-1, keepdims=True)
    # Opposite directions leave the axis open: any one at right angles will do.
    helper = np.where(np.abs(source[..., :1]) < 0.9, [1.0, 0.0, 0.0], [0.0, 1.0, 0.0])
    fallback = np.cross(source, helper)
    fallback /= np.linalg.norm(fallback, axis=-1, keepdims=True)
    unit = np.where(sine < 1e-8, fallback, axis / np.maximum(sine, 1e-8))
    return axis_angle_to_matrix(unit * np.arctan2(sine, cosine))


def geodesic_angle(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Angle (...) in radians between rotations (..., 3, 3)."""
    relative = np.swapaxes(first, -1, -2) @ second
    return np.linalg.norm(matrix_to_axis_angle(relative), axis=-1)
