"""How a case is best looked at side by side, told from its triage."""

from pathlib import Path

from handviz.app.models.comparison import CaseReference
from handviz.casework.asking import Question
from handviz.review.cases import Case

_PRESETS = {
    "not_covered": "kept-truth",
    "lost_in_selection": "best-best",
    "order_swapped": "kept-truth",
    "shape_or_scale": "kept-truth",
    "off_joints": "selection",
    "low_score": "selection",
    "large_spread": "blur",
    "several_motions": "frames",
}
_NEEDS_TRUTH = ("kept-truth", "best-best")


def suggested_preset(reasons: tuple[str, ...], has_truth: bool, is_video: bool) -> str:
    """A name of PRESETS: that of the first reason for which there is one; without any, what tells most."""
    for reason in reasons:
        preset = _PRESETS.get(reason, "")
        if preset and (has_truth or preset not in _NEEDS_TRUTH) and (is_video or preset != "frames"):
            return preset
    return "kept-truth" if has_truth else "selection"


def reference_of(case: Case, question: Question, saved: Path | None) -> CaseReference:
    """The case as a pane of a comparison; saved is its prediction's file, where there is one."""
    return CaseReference(
        str(case.path), case.frame or 0, str(saved) if saved is not None else None, case.box, case.hand or "auto",
        question.hypotheses, question.seed,
    )  # fmt: skip
