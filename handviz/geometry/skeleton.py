"""The 21-joint hand, MANO's 16 joints, and the three timesteps of an exposure."""

import numpy as np

TIMESTEPS = ("past", "middle", "future")
"""Names along every timestep axis T, in this order."""

FINGERS = ("thumb", "index", "middle", "ring", "pinky")

JOINT_NAMES = ("wrist", *(f"{finger}_{part}" for finger in FINGERS for part in ("1", "2", "3", "tip")))
"""The 21 joints: wrist, then thumb, index, middle, ring, pinky, each from base to tip."""

JOINT_PARENTS = (-1, 0, 1, 2, 3, 0, 5, 6, 7, 0, 9, 10, 11, 0, 13, 14, 15, 0, 17, 18, 19)
"""Parent of each of the 21 joints; -1 for the wrist."""

BONES = tuple((parent, joint) for joint, parent in enumerate(JOINT_PARENTS) if parent >= 0)

MANO_JOINT_NAMES = (
    "wrist",
    *(f"{finger}_{part}" for finger in ("index", "middle", "pinky", "ring", "thumb") for part in ("1", "2", "3")),
)
"""The 16 posed joints in MANO's order."""

MANO_PARENTS = (-1, 0, 1, 2, 0, 4, 5, 0, 7, 8, 0, 10, 11, 0, 13, 14)

JOINT21_OF_MANO16 = tuple(JOINT_NAMES.index(name) for name in MANO_JOINT_NAMES)
"""Index among the 21 joints of each of MANO's 16."""

MANO16_OF_JOINT21 = tuple(MANO_JOINT_NAMES.index(name) if name in MANO_JOINT_NAMES else -1 for name in JOINT_NAMES)
"""Index among MANO's 16 of each of the 21 joints; -1 for fingertips."""

FINGERTIP_JOINTS = tuple(JOINT_NAMES.index(f"{finger}_tip") for finger in FINGERS)

WRIST = 0
MIDDLE_KNUCKLE = JOINT_NAMES.index("middle_1")


def assemble_joints21(joints16: np.ndarray, fingertips: np.ndarray) -> np.ndarray:
    """Join MANO's joints (..., 16, 3) and fingertips (..., 5, 3) in FINGERS order into the 21 joints (..., 21, 3)."""
    joints = np.empty((*joints16.shape[:-2], 21, 3), joints16.dtype)
    joints[..., list(JOINT21_OF_MANO16), :] = joints16
    joints[..., list(FINGERTIP_JOINTS), :] = fingertips
    return joints
