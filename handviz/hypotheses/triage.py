"""Triage: where a case belongs, told from its figures within milliseconds for a thousand cases.

With truth, one outcome; with or without it, suspicions: what makes one doubt the prediction without knowing better.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from handviz.errors import InputError
from handviz.hypotheses.case_figures import CaseFigures


@dataclass(frozen=True)
class TriageSettings:
    """What counts as near, kept and doubtful. Millimetres are of wrist-relative joints, meant over the exposure."""

    tolerance_mm: float = 30.0
    """A hypothesis with a smaller error is near the truth."""
    keep: Literal["threshold", "top"] = "top"
    """Which hypotheses count as kept."""
    threshold: float = 0.25
    """Least score of the kept ones."""
    top_n: int = 4
    """How many of the best-scored are kept."""
    any_order: bool = False
    """Past and future may be exchanged: a photo does not tell which came first."""
    low_score: float = 0.28
    """A best score below this is low."""
    large_spread_mm: float = 40.0
    """A spread above this is large."""
    off_joints_px: float = 28.0
    """Mean distance from the photo's 2D joints, px of a 256 px crop, above which a prediction disagrees with them."""
    unsure_palm: float = 0.5
    """A palm less probable than this is an unsure detection."""
    unsure_side: float = 0.8
    """A side, left or right, less probable than this is an unsure detection."""

    def __post_init__(self) -> None:
        if self.keep not in ("threshold", "top"):
            raise InputError(f'Hypotheses are kept by "threshold" or "top", not {self.keep!r}.')
        numbers = {name: value for name, value in vars(self).items() if name not in ("keep", "any_order")}
        for name, value in numbers.items():
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e6:
                raise InputError(f"The setting {name} is {value!r} where a number from 0 is needed.")


@dataclass(frozen=True)
class Reason:
    """A stable name for files and filters, a title for lists, and what it means."""

    name: str
    title: str
    sentence: str


OUTCOMES = (
    Reason("not_covered", "Not covered", "No hypothesis comes within the tolerance of the truth."),
    Reason("lost_in_selection", "Lost in selection", "A hypothesis near the truth exists, but none is kept."),
    Reason("order_swapped", "Order swapped", "A hypothesis is right once past and future are exchanged."),
    Reason("shape_or_scale", "Shape or scale", "A hypothesis is right once its bones get their true lengths."),
    Reason("handled", "Handled", "A kept hypothesis is near the truth."),
)
"""What became of a case whose truth is known: exactly one of these."""

SUSPICIONS = (
    Reason("not_predicted", "Not predicted", "No hand was found, or box or side were corrected since: predict it."),
    Reason("large_spread", "Large spread", "The hypotheses lie far apart."),
    Reason("off_joints", "Off the photo's joints", "The hypotheses lie beside the joints seen in the photo."),
    Reason("unsure_detector", "Unsure detector", "The detector doubts the hand, or whether it is left or right."),
    Reason("several_motions", "Several motions", "The hypotheses fall into more than one cluster of motion."),
    Reason("low_score", "Low best score", "Even the best hypothesis scores low."),
)
"""What makes one doubt a prediction, the most telling first (tests/benchmarks/triage.py); any number of these."""

REASONS: dict[str, Reason] = {reason.name: reason for reason in (*OUTCOMES, *SUSPICIONS)}

_NOT_COVERED, _LOST, _SWAPPED, _SHAPE, _HANDLED = range(5)


_UNKNOWN = CaseFigures(np.array([np.inf]))
"""Stands in for the figures of a case without prediction: nothing is known, and no score is low."""


class TriageTable:
    """The figures of N cases side by side, so that counts follow settings while they are dragged."""

    def __init__(self, figures: Sequence[CaseFigures | None]) -> None:
        """figures of each case; None where it has no prediction."""
        self._not_predicted = np.array([case is None for case in figures], bool)
        self._figures = [_UNKNOWN if case is None else case for case in figures]
        counts = np.array([len(case.score) for case in self._figures], np.int64)
        self._starts = np.concatenate([[0], np.cumsum(counts)[:-1]]) if len(counts) else np.zeros(0, np.int64)
        self._score = _joined([case.score for case in self._figures])
        self._place = _joined([_places(case.score) for case in self._figures])
        self.has_truth = np.array([case.has_truth for case in self._figures], bool)
        """(N,) whether the truth is known."""
        self._error, self._reversed, self._shape = (
            _joined(
                [getattr(case, name) if case.has_truth else np.full(len(case.score), np.inf) for case in self._figures]
            )
            for name in ("error_mm", "reversed_error_mm", "shape_error_mm")
        )
        self._spread, self._off_joints, self._palm, self._side, self._motions = (
            np.array([np.nan if getattr(case, name) is None else getattr(case, name) for case in self._figures], float)
            for name in ("spread_mm", "off_joints_px", "palm_probability", "hand_probability", "motions")
        )

    def __len__(self) -> int:
        return len(self._figures)

    def outcomes(self, settings: TriageSettings) -> np.ndarray:
        """Index (N,) into OUTCOMES; -1 where the truth is unknown."""
        if not len(self):
            return np.zeros(0, np.int64)
        error = np.minimum(self._error, self._reversed) if settings.any_order else self._error
        kept = self._score >= settings.threshold if settings.keep == "threshold" else self._place < settings.top_n
        near_kept, near, near_reversed, near_shape = (
            np.minimum.reduceat(values, self._starts) <= settings.tolerance_mm
            for values in (np.where(kept, error, np.inf), error, self._reversed, self._shape)
        )
        found = np.select(
            [~self.has_truth, near_kept, near, near_reversed, near_shape],
            [-1, _HANDLED, _LOST, _SWAPPED, _SHAPE],
            _NOT_COVERED,
        )
        return found.astype(np.int64)

    def suspicions(self, settings: TriageSettings) -> np.ndarray:
        """Mask (N, len(SUSPICIONS)); what is not known arouses no suspicion."""
        if not len(self):
            return np.zeros((0, len(SUSPICIONS)), bool)
        with np.errstate(invalid="ignore"):  # comparisons with NaN are False, as they should be
            masks = {
                "not_predicted": self._not_predicted,
                "low_score": np.maximum.reduceat(self._score, self._starts) < settings.low_score,
                "large_spread": self._spread > settings.large_spread_mm,
                "off_joints": self._off_joints > settings.off_joints_px,
                "unsure_detector": (self._palm < settings.unsure_palm) | (self._side < settings.unsure_side),
                "several_motions": self._motions > 1,
            }
        return np.stack([masks[reason.name] for reason in SUSPICIONS], 1)

    def reasons(self, settings: TriageSettings) -> list[tuple[str, ...]]:
        """Names of each case's reasons: the outcome where the truth is known, then the suspicions."""
        outcomes, suspicions = self.outcomes(settings).tolist(), self.suspicions(settings).tolist()
        names = [reason.name for reason in SUSPICIONS]
        return [
            (*((OUTCOMES[outcome].name,) if outcome >= 0 else ()),
             *(name for name, is_so in zip(names, row, strict=True) if is_so))
            for outcome, row in zip(outcomes, suspicions, strict=True)
        ]  # fmt: skip

    def counts(self, settings: TriageSettings) -> dict[str, int]:
        """How many cases each reason concerns, all reasons by name. Outcomes add up to the cases with truth."""
        outcomes = self.outcomes(settings)
        found = {reason.name: int((outcomes == index).sum()) for index, reason in enumerate(OUTCOMES)}
        concerned = self.suspicions(settings).sum(0)
        return found | {reason.name: int(count) for reason, count in zip(SUSPICIONS, concerned, strict=True)}


def triage(figures: CaseFigures | None, settings: TriageSettings) -> tuple[str, ...]:
    """Names of one case's reasons; None for a case without prediction."""
    return TriageTable([figures]).reasons(settings)[0]


def explain(name: str, figures: CaseFigures | None, settings: TriageSettings) -> str:
    """Why a case was given a reason, with its numbers. Raises InputError for a reason there is not."""
    if name not in REASONS:
        raise InputError(f"There is no reason {name!r}; choose one of {', '.join(REASONS)}.")
    if figures is None:
        return REASONS[name].sentence
    tolerance = f"{settings.tolerance_mm:g} mm"
    if name in ("not_covered", "lost_in_selection", "order_swapped", "shape_or_scale", "handled"):
        if not figures.has_truth:
            return REASONS[name].sentence
        best = float(_errors(figures, settings).min())
        detail = {
            "not_covered": f"The nearest hypothesis is {best:.0f} mm from the truth, more than {tolerance}.",
            "lost_in_selection": f"A hypothesis {best:.0f} mm from the truth exists, but none within {tolerance} is "
            "kept.",
            "order_swapped": f"With past and future exchanged a hypothesis is {figures.reversed_error_mm.min():.0f} mm "
            f"from the truth, as it stands {best:.0f} mm.",
            "shape_or_scale": f"With the true bone lengths a hypothesis is {figures.shape_error_mm.min():.0f} mm from "
            f"the truth, as it stands {best:.0f} mm.",
            "handled": f"A kept hypothesis is within {tolerance} of the truth; the nearest of all is {best:.0f} mm "
            "away.",
        }
        return detail[name]
    if name == "low_score":
        return f"The best hypothesis scores {figures.score.max():.2f}, below {settings.low_score:g}."
    if name == "large_spread" and figures.spread_mm is not None:
        return f"The joints of the hypotheses spread by {figures.spread_mm:.0f} mm, over {settings.large_spread_mm:g}."
    if name == "off_joints" and figures.off_joints_px is not None:
        return (
            f"The hypotheses lie {figures.off_joints_px:.0f} px of a 256 px crop beside the joints seen in the photo, "
            f"over {settings.off_joints_px:g}."
        )
    if name == "several_motions" and figures.motions is not None:
        return f"The hypotheses fall into {figures.motions} clusters of motion."
    if name == "unsure_detector":
        return _unsure_sentence(figures, settings)
    return REASONS[name].sentence


def _unsure_sentence(figures: CaseFigures, settings: TriageSettings) -> str:
    palm, side = figures.palm_probability, figures.hand_probability
    if palm is not None and palm < settings.unsure_palm:
        return f"The detector gives the hand {palm:.0%}, below {settings.unsure_palm:.0%}."
    if side is not None and side < settings.unsure_side:
        return f"Left or right was told with {side:.0%}, below {settings.unsure_side:.0%}."
    return REASONS["unsure_detector"].sentence


def _errors(figures: CaseFigures, settings: TriageSettings) -> np.ndarray:
    return np.minimum(figures.error_mm, figures.reversed_error_mm) if settings.any_order else figures.error_mm


def _joined(parts: list[np.ndarray]) -> np.ndarray:
    return np.concatenate(parts) if parts else np.zeros(0)


def _places(score: np.ndarray) -> np.ndarray:
    """Place (K,) of each hypothesis in the ranking, 0 the best; equal scores keep their order."""
    places = np.empty(len(score), np.int64)
    places[np.argsort(-score, kind="stable")] = np.arange(len(score))
    return places
