"""Errors of hand-mesh sequences in millimetres: MPJPE and MPVPE, wrist-relative, order-free, Procrustes-aligned.

All functions take metres and any leading axes; hypotheses broadcast against one truth.
"""

import numpy as np

from handviz.geometry.skeleton import WRIST

MM = 1000.0


def wrist_relative(points: np.ndarray, joints: np.ndarray) -> np.ndarray:
    """Points (..., N, 3) minus the wrist of joints (..., 21, 3)."""
    return points - joints[..., WRIST : WRIST + 1, :]


def mean_distance_mm(predicted: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Mean over points of the distance between (..., N, 3) and (..., N, 3), in mm: (...)."""
    return MM * np.linalg.norm(predicted - truth, axis=-1).mean(-1)


def mpjpe_mm(joints: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Wrist-relative MPJPE (...) in mm of joints (..., 21, 3)."""
    return mean_distance_mm(wrist_relative(joints, joints), wrist_relative(truth, truth))


def mpvpe_mm(
    vertices: np.ndarray, joints: np.ndarray, true_vertices: np.ndarray, true_joints: np.ndarray
) -> np.ndarray:
    """Wrist-relative MPVPE (...) in mm of vertices (..., V, 3)."""
    return mean_distance_mm(wrist_relative(vertices, joints), wrist_relative(true_vertices, true_joints))


def reverse_time(sequences: np.ndarray, timestep_axis: int) -> np.ndarray:
    """Past and future exchanged: a motion and its reverse leave the same photo."""
    return np.flip(sequences, axis=timestep_axis)


def order_free(errors: np.ndarray, reversed_errors: np.ndarray) -> np.ndarray:
    """Per-timestep errors (..., T), each sequence in the temporal order whose summed error is lower.

    errors compares prediction and truth as they are, reversed_errors after the prediction's time was reversed
    (BlurHandNet's evaluation).
    """
    swap = reversed_errors.sum(-1) < errors.sum(-1)
    return np.where(swap[..., None], reversed_errors, errors)


def sequence_mpjpe_mm(joints: np.ndarray, truth: np.ndarray, any_order: bool) -> np.ndarray:
    """MPJPE (..., T) in mm of joint sequences (..., T, 21, 3); with any_order past and future may be exchanged."""
    errors = mpjpe_mm(joints, truth)
    if not any_order:
        return errors
    return order_free(errors, mpjpe_mm(reverse_time(joints, -3), truth))


def procrustes_align(points: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Points (..., N, 3) after the rotation, scale and shift that bring them closest to truth (..., N, 3)."""
    points_mean, truth_mean = points.mean(-2, keepdims=True), truth.mean(-2, keepdims=True)
    p, q = points - points_mean, truth - truth_mean
    u, singular, vt = np.linalg.svd(np.swapaxes(p, -1, -2) @ q)
    # A reflection is not a rotation: turn the weakest axis round where the determinant says so.
    sign = np.ones(singular.shape, singular.dtype)
    sign[..., -1] = np.sign(np.linalg.det(u @ vt))
    rotation = (u * sign[..., None, :]) @ vt
    scale = (singular * sign).sum(-1) / np.maximum((p**2).sum((-2, -1)), 1e-12)
    return scale[..., None, None] * (p @ rotation) + truth_mean


def pa_mpjpe_mm(joints: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Procrustes-aligned MPJPE (...) in mm of joints (..., N, 3)."""
    return mean_distance_mm(procrustes_align(joints, truth), truth)
