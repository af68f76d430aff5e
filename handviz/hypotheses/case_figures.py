"""The figures kept with a case: a few numbers per hypothesis, from which triage is told without the prediction itself.

They are stored as JSON text under the field names below; unknown figures are left out.
"""

import json
import math
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from handviz.errors import InputError
from handviz.geometry.skeleton import BONES
from handviz.hypotheses.blur import blur_length_px
from handviz.hypotheses.diversity import spread_mm
from handviz.hypotheses.errors import mpjpe_mm, reverse_time
from handviz.hypotheses.prediction import MAX_HYPOTHESES, Prediction
from handviz.hypotheses.selection import keep_top

CROP_PX = 256.0
"""Side of the crop whose pixels blur and disagreement are told in, so that hands of any size compare."""
KEPT_FOR_PATH = 4
BLUR_ENTRY = "blur_crop_px"
"""In a prediction's provenance: the length of the blur as the photo tells it, px of a 256 px crop."""


def _nothing() -> np.ndarray:
    return np.zeros(0)


@dataclass(frozen=True, eq=False)
class CaseFigures:
    """What triage needs to know of K hypotheses. Errors are wrist-relative MPJPE in mm, meant over T timesteps."""

    score: np.ndarray
    """(K,) selection scores."""
    error_mm: np.ndarray = field(default_factory=_nothing)
    """(K,) as predicted; empty where the truth is unknown."""
    reversed_error_mm: np.ndarray = field(default_factory=_nothing)
    """(K,) after exchanging past and future."""
    shape_error_mm: np.ndarray = field(default_factory=_nothing)
    """(K,) after giving the bones their true lengths, directions as predicted."""
    spread_mm: float | None = None
    """Mean standard deviation of the joints over hypotheses."""
    off_joints_px: float | None = None
    """Median over hypotheses of the mean distance to the joints seen in the photo, px of a 256 px crop."""
    palm_probability: float | None = None
    """The detector's, where it found the hand."""
    hand_probability: float | None = None
    """Of the side, where it was told by itself."""
    motions: int | None = None
    """Clusters of motion."""
    blur_px: float | None = None
    """Estimated longest joint path over the exposure, px of the source image; told from the photo where that was
    done, else from the hypotheses."""
    blur_crop_px: float | None = None
    """The same in px of a 256 px crop."""
    path_crop_px: float | None = None
    """The longest joint path of the mean of the best-scored hypotheses, px of a 256 px crop."""

    def __post_init__(self) -> None:
        count = len(self.score)
        if self.score.ndim != 1 or not 1 <= count <= MAX_HYPOTHESES:
            raise InputError(f"{count} scores are no figures of a case.")
        for name in _ERRORS:
            values = getattr(self, name)
            if values.ndim != 1 or len(values) not in (0, count) or len(values) != len(self.error_mm):
                raise InputError(f"{name} holds {len(values)} errors where {count} hypotheses are scored.")

    @property
    def has_truth(self) -> bool:
        """Whether errors are known."""
        return len(self.error_mm) > 0

    def to_json(self) -> str:
        """As one line of JSON, rounded to what is worth keeping."""
        values: dict[str, Any] = {"score": [round(float(value), 4) for value in self.score]}
        if self.has_truth:
            values |= {name: [round(float(value), 1) for value in getattr(self, name)] for name in _ERRORS}
        for name in _SCALARS:
            if (value := getattr(self, name)) is not None:
                values[name] = value if isinstance(value, int) else round(float(value), 3)
        return json.dumps(values, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "CaseFigures | None":
        """What to_json wrote; None for an empty text: a case not predicted yet. Raises InputError for anything else."""
        if not text:
            return None
        try:
            values = json.loads(text)
            arrays = {name: _numbers(values.get(name, [])) for name in ("score", *_ERRORS)}
            scalars = {name: _number(values.get(name)) for name in _SCALARS}
            if scalars["motions"] is not None:
                scalars["motions"] = int(scalars["motions"])
            return cls(**arrays, **scalars)
        except (ValueError, TypeError, AttributeError, RecursionError, OverflowError) as error:
            raise InputError("The figures of a case cannot be read; predict it again.") from error


_ERRORS = ("error_mm", "reversed_error_mm", "shape_error_mm")
_SCALARS = tuple(f.name for f in fields(CaseFigures) if f.name not in ("score", *_ERRORS))


def _number(value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(value)
    return value


def _numbers(values: Any) -> np.ndarray:
    if not isinstance(values, list) or len(values) > MAX_HYPOTHESES:
        raise ValueError(values)
    array = np.array(values, np.float64)
    if array.ndim != 1 or not np.isfinite(array).all():
        raise ValueError(values)
    return array


def figures_of(
    prediction: Prediction, crop_side: float, truth_joints: np.ndarray | None = None, motions: int | None = None
) -> CaseFigures:
    """The figures of a prediction.

    crop_side: of the square the networks saw, px of the source image. truth_joints (T, 21, 3) in metres, camera
    coordinates, where the truth is known. motions: clusters of motion, where they were counted. Figures that need
    joints are unknown for predictions of others that come without.
    """
    known = prediction.provenance
    scores = {
        "score": prediction.score.astype(np.float64),
        "palm_probability": _within(known.get("detection_score"), 1.0),
        "hand_probability": _within(known.get("hand_probability"), 1.0),
        "motions": motions,
    }
    if not prediction.has_joints:
        return CaseFigures(**scores)
    scale = CROP_PX / crop_side
    best = keep_top(prediction.score, KEPT_FOR_PATH)
    path = scale * blur_length_px(prediction.joints_2d, prediction.score, best)
    blur = _within(known.get(BLUR_ENTRY), 1000.0)
    blur = path if blur is None else blur
    off = None
    if prediction.heatmap_joints_2d is not None:
        off = scale * float(np.median(distance_to_joints(prediction.joints_2d, prediction.heatmap_joints_2d)))
    errors = {}
    if truth_joints is not None and truth_joints.shape == prediction.joints.shape[1:]:
        errors = dict(zip(_ERRORS, errors_against(prediction.joints, truth_joints), strict=True))
    return CaseFigures(
        **scores, **errors, spread_mm=spread_mm(prediction.joints), off_joints_px=off,
        blur_px=blur / scale, blur_crop_px=blur, path_crop_px=path,
    )  # fmt: skip


def errors_against(joints: np.ndarray, truth: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Errors (K,) in mm of joints (K, T, 21, 3) against truth (T, 21, 3): as they are, reversed, of true shape."""
    as_is = mpjpe_mm(joints, truth).mean(-1)
    swapped = mpjpe_mm(reverse_time(joints, 1), truth).mean(-1)
    shaped = mpjpe_mm(with_bone_lengths(joints, truth), truth).mean(-1)
    return as_is, swapped, shaped


def with_bone_lengths(joints: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Joints (..., 21, 3) with every bone as long as in truth (..., 21, 3), in its own direction, wrist in place."""
    joints, truth = np.broadcast_arrays(joints, truth)
    shaped = joints.copy()
    for parent, joint in BONES:  # parents come before their children
        bone = joints[..., joint, :] - joints[..., parent, :]
        length = np.linalg.norm(truth[..., joint, :] - truth[..., parent, :], axis=-1, keepdims=True)
        unit = bone / np.maximum(np.linalg.norm(bone, axis=-1, keepdims=True), 1e-9)
        shaped[..., joint, :] = shaped[..., parent, :] + length * unit
    return shaped


def distance_to_joints(joints_2d: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Mean distance (K,) of joints_2d (K, T, 21, 2) from those seen in the photo (T, 21, 2), in any temporal order."""
    orders = (seen, seen[::-1])
    return np.minimum(*(np.linalg.norm(joints_2d - order, axis=-1).mean((-2, -1)) for order in orders))


def kept_error_mm(prediction: Prediction, truth_joints: np.ndarray, keep: np.ndarray) -> float:
    """Error in mm of the mean of the kept hypotheses (mask (K,); the best-scored one where it is empty)."""
    chosen = np.flatnonzero(keep) if keep.any() else np.array([int(prediction.score.argmax())])
    relative = prediction.joints[chosen] - prediction.joints[chosen][..., :1, :]
    return float(mpjpe_mm(relative.mean(0), truth_joints).mean())


def _within(text: str | None, most: float) -> float | None:
    """A number in 0..most from a prediction's provenance, which may come from anywhere; None where it is none."""
    try:
        value = float(text) if text is not None else math.nan
    except ValueError:
        return None
    return value if 0.0 <= value <= most else None
