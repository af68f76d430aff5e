"""Another judge of hypotheses than the selection network: how well they agree with the heat maps' 2D joints."""

from dataclasses import replace

import numpy as np

from handviz.hypotheses.errors import order_free, reverse_time
from handviz.hypotheses.prediction import Prediction

TOLERANCE = 0.05
"""Distance from the heat maps, in sides of the hand box, at which a score has fallen to 1/e."""


def heatmap_distance_px(prediction: Prediction) -> np.ndarray | None:
    """Distance (K,) in px of each hypothesis' projected joints from the heat maps', mean over timesteps and joints.

    In the order of time that fits better; None where the prediction does not say what the heat maps saw.
    """
    seen = prediction.heatmap_joints_2d
    if seen is None:
        return None
    joints = prediction.joints_2d.astype(np.float64)
    forward = np.linalg.norm(joints - seen, axis=-1).mean(-1)
    backward = np.linalg.norm(reverse_time(joints, -3) - seen, axis=-1).mean(-1)
    return order_free(forward, backward).mean(-1)


def by_heatmap_agreement(prediction: Prediction) -> Prediction | None:
    """The prediction with scores exp(-distance / tolerance) instead of the selector's; None where that is unknown."""
    distance = heatmap_distance_px(prediction)
    if distance is None:
        return None
    scale = TOLERANCE * max(float(prediction.box[2:].max()), 1.0)
    score = np.clip(np.exp(-distance / scale), 1e-6, 1.0 - 1e-6)
    return replace(prediction, score=score, mu=np.log(score), nu=np.log1p(-score))
