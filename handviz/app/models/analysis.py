"""What colours and motion marks need to know of a prediction: worked out once, away from the window's thread."""

from dataclasses import dataclass

import numpy as np

from handviz.hypotheses.clusters import Clusters, cluster_hypotheses
from handviz.hypotheses.motion import fingertip_motion_mm
from handviz.hypotheses.prediction import Prediction
from handviz.hypotheses.relations import MOST_RELATED, comparable_points
from handviz.hypotheses.truth import Truth, vertex_error_mm


@dataclass(frozen=True, eq=False)
class Analysis:
    """Of one prediction and the truth it was compared with."""

    prediction: Prediction
    truth: Truth | None
    clusters: Clusters | None
    """None for more hypotheses than can be compared in pairs."""
    motion: np.ndarray
    """(K, 3) mm from past to future, camera coordinates: mean of the fingertips."""
    vertex_error: np.ndarray | None
    """(K, T, V) mm; None where no true mesh is known."""


def analyse(prediction: Prediction, truth: Truth | None) -> Analysis:
    """Look at a prediction, beside its truth where that is known."""
    clusters = None
    if prediction.num_hypotheses <= MOST_RELATED:
        clusters = cluster_hypotheses(comparable_points(prediction))
    if prediction.has_joints:
        motion = fingertip_motion_mm(prediction.joints)
    else:
        ends = prediction.vertices[:, [0, -1]].mean(2)
        motion = 1000.0 * (ends[:, 1] - ends[:, 0]).astype(np.float64)
    errors = None
    if truth is not None and prediction.has_joints and truth.fits_mesh(prediction):
        errors = vertex_error_mm(prediction.vertices, prediction.joints, truth)
    return Analysis(prediction, truth, clusters, motion, errors)
