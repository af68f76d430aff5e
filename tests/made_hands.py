"""Hands made of few numbers, for tests that need real shapes but no network."""

import numpy as np

from handviz.geometry.cameras import pinhole_intrinsics, project
from handviz.geometry.skeleton import BONES
from handviz.hypotheses.prediction import Prediction

INTRINSICS = pinhole_intrinsics(500.0, 640, 480)


def flat_hand() -> np.ndarray:
    """Joints (21, 3) of a flat hand, metres, wrist at the origin: five straight fingers of four bones each."""
    joints = np.zeros((21, 3))
    for parent, joint in BONES:
        finger, part = divmod(joint - 1, 4)
        way = np.array([0.25 * (finger - 2), -1.0, 0.0])
        joints[joint] = joints[parent] + way / np.linalg.norm(way) * (0.09 if part == 0 else 0.03)
    return joints


def moving_hand(travel_m: float = 0.1, timesteps: int = 3) -> np.ndarray:
    """Joints (T, 21, 3) in camera metres: the flat hand sweeps to the right and turns about its wrist on the way."""
    sequence = []
    for moment in np.linspace(-0.5, 0.5, timesteps):
        turn = np.array([[np.cos(moment), -np.sin(moment), 0], [np.sin(moment), np.cos(moment), 0], [0, 0, 1]])
        sequence.append(flat_hand() @ turn.T + [travel_m * moment, 0.05, 0.6])
    return np.stack(sequence)


def make_prediction(joints: np.ndarray, score: list[float] | None = None, **changes) -> Prediction:
    """A prediction of joints (K, T, 21, 3), seen by INTRINSICS; its mesh is the joints themselves."""
    count, timesteps = joints.shape[:2]
    scores = np.array(score if score is not None else np.linspace(0.9, 0.1, count), np.float32)
    joints_2d = project(joints, INTRINSICS)
    low, high = joints_2d[0].min((0, 1)), joints_2d[0].max((0, 1))
    values = {
        "vertices": joints, "joints": joints, "joints_2d": joints_2d, "mu": np.log(scores), "nu": np.log1p(-scores),
        "score": scores, "global_orient": np.zeros((count, timesteps, 3)), "translation": joints[:, :, 0],
        "hand_pose": np.zeros((count, timesteps, 45)), "betas": np.zeros((count, 10)), "intrinsics": INTRINSICS,
        "faces": np.array([[0, 1, 2], [2, 3, 4]]), "box": np.array([*low, *(high - low)]), "hand": "right",
        "timesteps": tuple(f"t{i}" for i in range(timesteps)) if timesteps != 3 else ("past", "middle", "future"),
        "provenance": {"detection_score": "0.7"}, "heatmap_joints_2d": joints_2d[0],
    }  # fmt: skip
    return Prediction(**(values | changes))
