"""The axes fingers move about, so that limits and statistics speak of flexion, abduction and twist."""

import numpy as np

from handviz.geometry.skeleton import assemble_joints21

FINGER_BASES = (1, 4, 7, 10, 13)
"""First joint of each finger in MANO's order: index, middle, pinky, ring, thumb."""

_DORSAL = np.array([0.0, 1.0, 0.0])
_THUMB_FLEXION = np.array([0.44, -0.90, 0.09])
# Parallel to the default hand's thumbnail and at right angles to the thumb, in the flat hand.


def joint_axes(rest_joints: np.ndarray) -> np.ndarray:
    """Axes (15, 3, 3) of joints 1 to 15 in the flat hand, one rotation matrix each, its columns the axes.

    rest_joints (16, 3) in metres, fingers towards -X, back of the hand towards +Y. Columns: flexion (positive bends
    towards the palm), abduction (positive turns towards the thumb's side) and twist (along the bone).
    """
    axes = np.empty((15, 3, 3))
    for base in FINGER_BASES:
        along = rest_joints[base + 2] - rest_joints[base]
        along = along / np.linalg.norm(along)
        flexion = _THUMB_FLEXION if base == 13 else np.cross(_DORSAL, along)
        flexion = flexion - along * (along @ flexion)
        flexion = flexion / np.linalg.norm(flexion)
        axes[base - 1 : base + 2] = np.stack([flexion, np.cross(along, flexion), along], -1)
    return axes


def to_anatomical(hand_pose: np.ndarray, axes: np.ndarray) -> np.ndarray:
    """hand_pose (..., 45) as rotation vectors about flexion, abduction and twist: (..., 15, 3) in radians."""
    return np.einsum("jab,...ja->...jb", axes, hand_pose.reshape(*hand_pose.shape[:-1], 15, 3))


def from_anatomical(angles: np.ndarray, axes: np.ndarray) -> np.ndarray:
    """The inverse of to_anatomical: angles (..., 15, 3) to hand_pose (..., 45)."""
    return np.einsum("jab,...jb->...ja", axes, angles).reshape(*angles.shape[:-2], 45)


def rest_joints21(arrays: dict[str, np.ndarray]) -> np.ndarray:
    """The flat mean hand's joints (21, 3) of a hand file's arrays, metres, wrist at the origin."""
    joints = arrays["J_regressor"].astype(np.float64) @ arrays["v_template"]
    joints21 = assemble_joints21(joints, arrays["v_template"][arrays["fingertips"]].astype(np.float64))
    return joints21 - joints21[0]
