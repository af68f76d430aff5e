"""How far the hypotheses of one photo lie apart."""

import numpy as np

from handviz.hypotheses.errors import MM, mean_distance_mm, wrist_relative


def joint_spread_mm(joints: np.ndarray) -> np.ndarray:
    """Standard deviation (T, 21) in mm of each wrist-relative joint over hypotheses (K, T, 21, 3): root of the summed
    variance of the three axes."""
    relative = wrist_relative(joints, joints)
    return MM * np.sqrt(relative.var(axis=-4).sum(-1))


def vertex_spread_mm(vertices: np.ndarray, joints: np.ndarray) -> np.ndarray:
    """Standard deviation (T, V) in mm of each vertex relative to the wrist, over hypotheses (K, T, V, 3) with joints
    (K, T, 21, 3): root of the summed variance of the three axes."""
    relative = wrist_relative(vertices, joints)
    relative -= relative.mean(0)
    return MM * np.sqrt(np.einsum("ktvi,ktvi->tv", relative, relative) / max(len(relative), 1))


def spread_mm(joints: np.ndarray) -> float:
    """One number for K hypotheses (K, T, 21, 3): mean of joint_spread_mm over timesteps and joints."""
    return float(joint_spread_mm(joints).mean())


def pairwise_distance_mm(joints: np.ndarray) -> np.ndarray:
    """Mean joint distance (K, K) in mm between hypotheses (K, T, 21, 3), wrist-relative."""
    relative = wrist_relative(joints, joints).astype(np.float64)
    count = len(relative)
    distances = np.zeros((count, count))
    # One against those after it: all pairs at once would take K times the memory.
    for first in range(count - 1):
        rest = np.linalg.norm(relative[first + 1 :] - relative[first], axis=-1).mean((-1, -2))
        distances[first, first + 1 :] = distances[first + 1 :, first] = MM * rest
    return distances


def distance_to_mean_mm(joints: np.ndarray) -> np.ndarray:
    """Mean joint distance (K,) in mm of each hypothesis (K, T, 21, 3) to the mean of all, wrist-relative."""
    relative = wrist_relative(joints, joints)
    return mean_distance_mm(relative, relative.mean(0)).mean(-1)


def mean_pairwise_distance_mm(joints: np.ndarray) -> float:
    """Mean over the pairs of different hypotheses; 0 for a single one."""
    count = joints.shape[0]
    if count < 2:
        return 0.0
    return float(pairwise_distance_mm(joints).sum() / (count * (count - 1)))
