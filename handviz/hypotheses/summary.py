"""Live figures of the kept hypotheses: scores, spread, and errors where the truth is known."""

from dataclasses import dataclass

import numpy as np

from handviz.hypotheses.diversity import spread_mm
from handviz.hypotheses.truth import Truth, middle_error_mm


@dataclass(frozen=True)
class Summary:
    """Figures of K hypotheses of which some are kept; None where nothing is kept or no truth is known."""

    kept: int
    total: int
    best_score: float
    """Over all."""
    mean_score: float | None
    """Over the kept."""
    spread_mm: float | None
    """Over the kept."""
    mean_hand_error_mm: float | None
    """Of the kept averaged into one hand."""
    best_kept: int | None
    """The hypothesis among the kept with the least error."""
    best_kept_error_mm: float | None
    best: int | None
    """The hypothesis among all with the least error."""
    best_error_mm: float | None


def summarize(
    points: np.ndarray,
    scores: np.ndarray,
    kept: np.ndarray,
    truth: Truth | None = None,
    errors: np.ndarray | None = None,
) -> Summary:
    """Figures of hypotheses with points (K, T, N, 3) in metres and scores (K,), of which the mask kept (K,) is kept.

    The first point is the wrist; where there is a truth the points are the 21 joints. errors (K,), the middle_error_mm
    of each hypothesis, are worked out when left open.
    """
    any_kept = bool(kept.any())
    mean_hand = best_kept = best = best_kept_error = best_error = None
    if truth is not None:
        errors = middle_error_mm(points, truth) if errors is None else errors
        best = int(errors.argmin())
        best_error = float(errors[best])
        if any_kept:
            mean_hand = float(middle_error_mm(points[kept].mean(0), truth))
            best_kept = int(np.flatnonzero(kept)[errors[kept].argmin()])
            best_kept_error = float(errors[best_kept])
    return Summary(
        int(kept.sum()), len(scores), float(scores.max()),
        float(scores[kept].mean()) if any_kept else None,
        spread_mm(points[kept]) if any_kept else None,
        mean_hand, best_kept, best_kept_error, best, best_error,
    )  # fmt: skip
