"""Pose-dependent offsets by which linear blend skinning comes nearer to dual quaternion skinning, whose joints keep
their volume (Kavan et al. 2007). Only for building a hand file."""

import numpy as np

from handviz.geometry.rotations import axis_angle_to_matrix, matrix_to_axis_angle
from handviz.geometry.skeleton import MANO_PARENTS
from handviz.hand.linear_skinning import pose_joints

_RIDGE = 0.02
_INFLUENCE = 0.01


def fit_posedirs(template: np.ndarray, weights: np.ndarray, rest_joints: np.ndarray, poses: np.ndarray) -> np.ndarray:
    """Offsets posedirs (V, 3, 135), metres, by least squares over poses (N, 45).

    template (V, 3), weights (V, 16), rest_joints (16, 3). A vertex listens to the joints it hangs on, so that a bent
    finger leaves its neighbours alone.
    """
    rotations = np.tile(np.eye(3), (len(poses), 16, 1, 1))
    rotations[:, 1:] = axis_angle_to_matrix(poses.reshape(-1, 15, 3))
    joints, turned = pose_joints(rest_joints, rotations)
    shifts = joints - (turned @ rest_joints[..., None])[..., 0]
    features = (rotations[:, 1:] - np.eye(3)).reshape(len(poses), 15, 9)

    wanted = np.empty((len(poses), *template.shape))
    for index in range(len(poses)):
        posed = dual_quaternion_skinning(template, weights, turned[index], shifts[index])
        blend = np.einsum("vj,jab->vab", weights, turned[index])
        shift = weights @ shifts[index]
        wanted[index] = np.linalg.solve(blend, (posed - shift)[..., None])[..., 0] - template

    posedirs = np.zeros((len(template), 3, 15, 9))
    listens = weights[:, 1:] > _INFLUENCE
    for heard in np.unique(listens, axis=0):
        if not heard.any():
            continue
        vertices = (listens == heard).all(1)
        inputs = features[:, heard].reshape(len(poses), -1)
        normal = inputs.T @ inputs / len(poses) + _RIDGE * np.eye(inputs.shape[1])
        targets = wanted[:, vertices].reshape(len(poses), -1)
        solved = np.linalg.solve(normal, inputs.T @ targets / len(poses))
        solved = solved.reshape(int(heard.sum()), 9, int(vertices.sum()), 3)
        posedirs[np.ix_(vertices, range(3), heard, range(9))] = solved.transpose(2, 3, 0, 1)
    return posedirs.reshape(len(template), 3, 135)


def dual_quaternion_skinning(
    vertices: np.ndarray, weights: np.ndarray, rotations: np.ndarray, shifts: np.ndarray
) -> np.ndarray:
    """Vertices (V, 3) moved by the blend of the joints' rigid motions x -> R x + s: rotations (16, 3, 3), shifts (16, 3)."""
    vectors = matrix_to_axis_angle(rotations)
    angle = np.linalg.norm(vectors, axis=-1, keepdims=True)
    real = np.concatenate([np.cos(0.5 * angle), vectors * 0.5 * np.sinc(angle / (2.0 * np.pi))], -1)
    for joint in range(1, 16):
        # A fist turns fingertips past half a turn: each quaternion takes the sign nearer to its parent's.
        real[joint] *= -1.0 if real[joint] @ real[MANO_PARENTS[joint]] < 0.0 else 1.0
    dual = 0.5 * _multiply(np.concatenate([np.zeros((len(shifts), 1)), shifts], -1), real)
    real, dual = weights @ real, weights @ dual
    length = np.linalg.norm(real, axis=-1, keepdims=True)
    real, dual = real / length, dual / length
    w, axis = real[:, :1], real[:, 1:]
    turned = vertices + 2.0 * np.cross(axis, np.cross(axis, vertices) + w * vertices)
    return turned + 2.0 * (w * dual[:, 1:] - dual[:, :1] * axis + np.cross(axis, dual[:, 1:]))


def _multiply(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Hamilton products (..., 4) of quaternions (w, x, y, z)."""
    w1, v1, w2, v2 = first[..., :1], first[..., 1:], second[..., :1], second[..., 1:]
    real = w1 * w2 - (v1 * v2).sum(-1, keepdims=True)
    return np.concatenate([real, w1 * v2 + w2 * v1 + np.cross(v1, v2)], -1)
