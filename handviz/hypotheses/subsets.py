"""What a pane may show of a prediction: the kept hypotheses, one of them, their mean, or the truth.

Every subset is a Prediction again, so that whatever shows predictions shows it.
"""

from dataclasses import dataclass, replace

import numpy as np

from handviz.geometry.cameras import project
from handviz.geometry.skeleton import WRIST
from handviz.hypotheses.blur import runs_against
from handviz.hypotheses.errors import MM
from handviz.hypotheses.prediction import Prediction
from handviz.hypotheses.selection import ranking
from handviz.hypotheses.truth import Truth, sequence_error_mm

SUBSETS = {
    "kept": "Kept",
    "rejected": "Rejected",
    "all": "All",
    "best_score": "Best by score",
    "worst_score": "Worst by score",
    "actually_best": "Actually best",
    "actually_worst": "Actually worst",
    "mean": "Mean of the kept",
    "truth": "Ground truth",
    "one": "One hypothesis",
}
"""Every kind of subset, with what a person calls it."""
NEED_TRUTH = ("actually_best", "actually_worst", "truth")
_NOT_OF_TRUTH = ("score", "mu", "nu", "global_orient", "hand_pose", "betas")
NO_TRUTH = "No ground truth is known for this picture: a file NAME.json beside the photo NAME.jpg would hold it."


@dataclass(frozen=True)
class Subset:
    """A kind of SUBSETS; hypothesis (from 0) belongs to "one"."""

    kind: str = "kept"
    hypothesis: int = 0

    def __post_init__(self) -> None:
        if self.kind not in SUBSETS:
            raise ValueError(f"unknown subset {self.kind!r}; use one of {', '.join(SUBSETS)}")


@dataclass(frozen=True, eq=False)
class Shown:
    """What a subset comes to: a prediction, or a message that says why there is none."""

    prediction: Prediction | None
    members: np.ndarray
    """(K',) index of each shown hand among the hypotheses; empty for the mean and the truth, which are none of them."""
    message: str = ""


def show_subset(prediction: Prediction, kept: np.ndarray, subset: Subset, truth: Truth | None = None) -> Shown:
    """The hands of a subset; kept (K,) is the mask of those that pass the threshold."""
    kept = np.asarray(kept, bool)
    if subset.kind in NEED_TRUTH:
        if truth is None or not truth.fits(prediction):
            return _nothing(NO_TRUTH)
        if not prediction.has_joints:
            return _nothing("The joints of these hypotheses are unknown, so they cannot be held against the truth.")
    match subset.kind:
        case "truth":
            if not truth.fits_mesh(prediction):
                return _nothing("The ground truth of this picture has joints but no mesh like the hypotheses'.")
            return Shown(truth_as_prediction(prediction, truth), np.zeros(0, int))
        case "mean":
            if not kept.any():
                return _nothing("No hypothesis is kept, so there is no mean: lower the threshold.")
            return Shown(mean_prediction(prediction, kept), np.zeros(0, int))
        case "kept":
            # The same hypotheses whatever the threshold: what shows them masks them, which is quicker.
            return Shown(prediction, np.arange(prediction.num_hypotheses))
        case "rejected":
            if kept.all():
                return _nothing("No hypothesis is rejected: raise the threshold.")
            members = np.flatnonzero(~kept)
        case "all":
            members = np.arange(prediction.num_hypotheses)
        case "one":
            members = np.array([min(max(subset.hypothesis, 0), prediction.num_hypotheses - 1)])
        case "best_score" | "worst_score":
            members = ranking(prediction.score)[[0 if subset.kind == "best_score" else -1]]
        case _:
            order = np.argsort(sequence_error_mm(prediction.joints, truth).mean(-1), kind="stable")
            members = order[[0 if subset.kind == "actually_best" else -1]]
    return Shown(prediction.subset(members), members)


def _nothing(message: str) -> Shown:
    return Shown(None, np.zeros(0, int), message)


def mean_prediction(prediction: Prediction, kept: np.ndarray) -> Prediction:
    """The kept (K,) hypotheses averaged, vertex by vertex, into one hand, all in the temporal order of the best one."""
    some = prediction.subset(np.asarray(kept, bool))
    turned = runs_against(some.landmarks, int(np.argmax(some.score)))
    fields = {}
    for name in ("vertices", "joints", "mu", "nu", "score", "global_orient", "hand_pose", "betas", "translation"):
        values = getattr(some, name)
        if name in ("vertices", "joints", "global_orient", "hand_pose", "translation"):
            values = np.where(turned.reshape(-1, *[1] * (values.ndim - 1)), values[:, ::-1], values)
        fields[name] = values.mean(0, keepdims=True)
    joints_2d = project(fields["joints"].astype(np.float64), prediction.intrinsics.astype(np.float64))
    return replace(prediction, joints_2d=joints_2d, **fields)


def truth_as_prediction(prediction: Prediction, truth: Truth) -> Prediction:
    """The true hand where the prediction's camera sees it, as if it were the one hypothesis; it fits_mesh."""
    first = prediction.subset(np.array([0]))
    joints = truth.seen_by(truth.joints, prediction.intrinsics)[None]
    return replace(
        first,
        vertices=truth.seen_by(truth.vertices, prediction.intrinsics)[None],
        joints=joints,
        joints_2d=project(joints.astype(np.float64), prediction.intrinsics.astype(np.float64)),
        translation=joints[:, :, WRIST],
        unknown=tuple(sorted({*first.unknown, *_NOT_OF_TRUTH})),
        mu=np.zeros(1),
        nu=np.zeros(1),
        score=np.ones(1),
        global_orient=np.zeros_like(first.global_orient),
        hand_pose=np.zeros_like(first.hand_pose),
        betas=np.zeros_like(first.betas),
    )


def anchor(prediction: Prediction) -> np.ndarray:
    """The place (3,) in metres that panes with linked cameras look at: the middle wrist, mean over hypotheses."""
    return _origin(prediction)[:, len(prediction.timesteps) // 2, 0].mean(0).astype(np.float64)


def _origin(prediction: Prediction) -> np.ndarray:
    """The wrists (K, T, 1, 3), or the middles of the meshes where no joints are known."""
    if prediction.has_joints:
        return prediction.joints[:, :, WRIST : WRIST + 1]
    return prediction.vertices.mean(2, keepdims=True)


def vertex_distance_mm(shown: Prediction, reference: Prediction) -> np.ndarray | None:
    """Distance (K, T, V) in mm of every vertex to the same one of the reference's mean hand, wrist-relative.

    None where the two have other timesteps or another mesh.
    """
    if shown.vertices.shape[1:] != reference.vertices.shape[1:]:
        return None
    target = (reference.vertices - _origin(reference)).mean(0)
    distances = np.empty(shown.vertices.shape[:-1], np.float32)
    for hypothesis, (vertices, origin) in enumerate(zip(shown.vertices, _origin(shown), strict=True)):
        offset = vertices - origin - target
        distances[hypothesis] = np.sqrt(np.einsum("tvi,tvi->tv", offset, offset))
    return MM * distances
