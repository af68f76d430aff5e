"""Predictions of known content, made without networks."""

import numpy as np

from handviz.geometry.cameras import default_intrinsics, project
from handviz.geometry.skeleton import TIMESTEPS
from handviz.hypotheses.prediction import Prediction
from handviz.hypotheses.selection import score_from_logits


def make_prediction(
    hypotheses: int = 16, width: int = 320, height: int = 240, scores: np.ndarray | None = None, seed: int = 0
) -> Prediction:
    """Hypotheses of random joints half a metre before the camera; meshes are one small tetrahedron a joint.

    Scores fall evenly from 0.95 to 0.05 with the index unless given.
    """
    rng = np.random.default_rng(seed)
    intrinsics = default_intrinsics(width, height)
    joints = rng.normal([0.0, 0.0, 0.5], 0.03, (hypotheses, len(TIMESTEPS), 21, 3))
    corners = 0.006 * np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
    vertices = (joints[..., None, :] + corners).reshape(hypotheses, len(TIMESTEPS), -1, 3)
    face = np.array([[0, 1, 2], [0, 3, 1], [0, 2, 3], [1, 3, 2]])
    faces = (face[None] + 4 * np.arange(21)[:, None, None]).reshape(-1, 3)
    wanted = np.linspace(0.95, 0.05, hypotheses) if scores is None else np.asarray(scores, float)
    mu = np.log(wanted / (1 - wanted))
    nu = np.zeros(hypotheses)
    return Prediction(
        vertices, joints, project(joints, intrinsics), mu, nu, score_from_logits(mu, nu),
        np.zeros((hypotheses, 3, 3)), np.zeros((hypotheses, 3, 45)), np.zeros((hypotheses, 10)), joints[:, :, 0],
        faces, intrinsics, np.array([width * 0.3, height * 0.3, width * 0.4, height * 0.4]), "right",
    )  # fmt: skip
