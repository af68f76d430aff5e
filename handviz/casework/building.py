"""From a prediction to a case of a library."""

from pathlib import Path

import numpy as np

from handviz.casework.asking import Question
from handviz.geometry.cameras import crop_square
from handviz.hypotheses.case_figures import CaseFigures, figures_of, kept_error_mm
from handviz.hypotheses.clusters import cluster_hypotheses
from handviz.hypotheses.prediction import Prediction
from handviz.hypotheses.selection import keep_above, keep_top
from handviz.hypotheses.triage import TriageSettings, triage
from handviz.hypotheses.truth import Truth
from handviz.review.cases import NewCase

_MAX_ENTRIES, _MAX_TEXT = 50, 500


def case_from_prediction(
    prediction: Prediction,
    path: Path,
    photo_sha256: str,
    frame: int | None = None,
    *,
    key: str = "",
    question: Question | None = None,
    truth: Truth | None = None,
    truth_file: Path | None = None,
    settings: TriageSettings | None = None,
) -> NewCase:
    """A case of a predicted photo, or of a video's frame, with its figures and triage.

    key: into the prediction cache. question: what the prediction answers, so that it can be asked again. truth and the
    file that tells it, where they are known. Raises InputError when the case is none that a library takes.
    """
    settings = settings or TriageSettings()
    truth_joints = truth.joints if truth is not None and prediction.has_joints and truth.fits(prediction) else None
    figures = case_figures(prediction, truth_joints)
    keep = (
        keep_top(prediction.score, int(settings.top_n))
        if settings.keep == "top"
        else keep_above(prediction.score, settings.threshold)
    )
    return NewCase(
        path=path.absolute(),
        photo_sha256=photo_sha256,
        frame=frame,
        box=tuple(float(value) for value in prediction.box),
        hand=prediction.hand,
        prediction_key=key,
        blur_px=figures.blur_px,
        spread_mm=figures.spread_mm,
        best_score=float(figures.score.max()),
        error_mm=kept_error_mm(prediction, truth_joints, keep) if truth_joints is not None else None,
        triage=triage(figures, settings),
        figures=figures.to_json(),
        photo_bytes=_size(path),
        truth=str(truth_file.absolute()) if truth_file is not None else "",
        provenance=_short(prediction.provenance) | (question.to_provenance() if question is not None else {}),
    )


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None


def _short(provenance: dict[str, str]) -> dict[str, str]:
    """Of a prediction that may come from anywhere, no more than a row of a library should hold."""
    return {key: text[:_MAX_TEXT] for key, text in list(provenance.items())[:_MAX_ENTRIES] if len(key) <= _MAX_TEXT}


def case_figures(prediction: Prediction, truth_joints: np.ndarray | None = None) -> CaseFigures:
    """Figures of a prediction, against truth_joints (T, 21, 3) in camera metres where they are known."""
    motions = cluster_hypotheses(prediction.joints).count if prediction.has_joints else None
    return figures_of(prediction, float(crop_square(prediction.box)[2]), truth_joints, motions)
