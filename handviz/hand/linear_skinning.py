"""Rigid alignment and linear blend skinning in numpy, for building and fitting; posing at run time is HandModel's."""

import numpy as np

from handviz.geometry.skeleton import MANO_PARENTS


def rigid_alignment(source: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rotations (..., 3, 3) and translations (..., 3) with source (..., N, 3) @ R.T + t nearest to target (N, 3)."""
    source_mean, target_mean = source.mean(-2, keepdims=True), target.mean(-2, keepdims=True)
    covariance = np.swapaxes(target - target_mean, -1, -2) @ (source - source_mean)
    u, _, vt = np.linalg.svd(covariance)
    sign = np.ones((*covariance.shape[:-2], 3))
    sign[..., 2] = np.sign(np.linalg.det(u @ vt))
    rotation = (u * sign[..., None, :]) @ vt
    translation = target_mean[..., 0, :] - (rotation @ source_mean[..., 0, :, None])[..., 0]
    return rotation, translation


def pose_joints(rest_joints: np.ndarray, rotations: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Forward kinematics.

    rest_joints (..., 16, 3), rotations (..., 16, 3, 3) relative to the parent. Returns the joints (..., 16, 3), with
    the wrist left in place, and each joint's rotation (..., 16, 3, 3) relative to the rest pose.
    """
    shape = np.broadcast_shapes(rest_joints.shape[:-2], rotations.shape[:-3])
    rest = np.broadcast_to(rest_joints, (*shape, 16, 3))
    joints, turned = np.empty((*shape, 16, 3)), np.empty((*shape, 16, 3, 3))
    joints[..., 0, :], turned[..., 0, :, :] = rest[..., 0, :], rotations[..., 0, :, :]
    for joint in range(1, 16):
        parent = MANO_PARENTS[joint]
        bone = rest[..., joint, :] - rest[..., parent, :]
        joints[..., joint, :] = joints[..., parent, :] + (turned[..., parent, :, :] @ bone[..., None])[..., 0]
        turned[..., joint, :, :] = turned[..., parent, :, :] @ rotations[..., joint, :, :]
    return joints, turned


def unpose(
    vertices: np.ndarray, joints: np.ndarray, weights: np.ndarray, turned: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The rest vertices (N, V, 3) and joints (N, 16, 3) that linear blend skinning takes to the given posed ones.

    vertices (N, V, 3), joints (N, 16, 3), weights (V, 16); turned (16, 3, 3) is each joint's rotation from rest.
    """
    rest = joints.copy()
    for joint in range(1, 16):
        parent = MANO_PARENTS[joint]
        rest[:, joint] = rest[:, parent] + (joints[:, joint] - joints[:, parent]) @ turned[parent]
    offsets = joints - (turned @ rest[..., None])[..., 0]
    inverse = np.linalg.inv(np.einsum("vj,jab->vab", weights, turned))
    return np.einsum("vab,nvb->nva", inverse, vertices - np.einsum("vj,nja->nva", weights, offsets)), rest
