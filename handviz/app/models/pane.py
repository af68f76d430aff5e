"""One pane of a comparison: its case, the subset of its hypotheses that it shows, and its own view."""

from dataclasses import replace

import numpy as np

from handviz.app.models.selection import SelectionModel
from handviz.app.models.session import SessionModel
from handviz.app.models.signal import Signal
from handviz.app.models.view import ViewModel
from handviz.hypotheses.diversity import spread_mm
from handviz.hypotheses.prediction import Prediction
from handviz.hypotheses.relations import comparable_points
from handviz.hypotheses.reranking import by_heatmap_agreement
from handviz.hypotheses.subsets import Shown, Subset, anchor, show_subset
from handviz.hypotheses.truth import sequence_error_mm

RANKINGS = {"score": "Selector's score", "heatmap": "Agreement with the heat maps"}
"""What tells better hypotheses from worse ones."""
_NOTHING = Shown(None, np.zeros(0, int))


class PaneModel:
    """source is the case with all its hypotheses and the rule that keeps some; shown is what the viewport draws.

    changed is emitted after anything but the camera changed; placed when a first hand has come into view. Linked panes
    share what `view` and `selection` say.
    """

    def __init__(self) -> None:
        self.changed = Signal()
        self.placed = Signal()
        self.source = SessionModel()
        self.shown = SessionModel()
        self.shown.view.set_ghost(False)
        self.subset = Subset()
        self.ranking = "score"
        self.prediction: Prediction | None = None
        """All hypotheses of the case, with the scores of the ranking."""
        self.result = _NOTHING
        self.anchor: np.ndarray | None = None
        self.settling = False
        self._unranked: Prediction | None = None
        self._resolved: tuple = ()
        self.source.prediction_changed.connect(self._rank)
        self.source.truth_changed.connect(self._refresh)
        self.source.selection.changed.connect(self._refresh)
        self.source.picture_changed.connect(self._picture_changed)
        for signal in (self.source.job_changed, self.source.request_changed, self.shown.selection.changed,
                       self.shown.view.content_changed):  # fmt: skip
            signal.connect(self.changed.emit)

    @property
    def view(self) -> ViewModel:
        """Camera, timesteps and time of the viewport."""
        return self.shown.view

    @property
    def selection(self) -> SelectionModel:
        """The rule that keeps hypotheses of the case, whatever the subset."""
        return self.source.selection

    @property
    def drawn(self) -> Prediction | None:
        """The hands in sight as a prediction; None when there are none."""
        prediction = self.shown.prediction
        if prediction is None or self.subset.kind != "kept":
            return prediction
        kept = self.selection.kept
        return prediction.subset(kept) if kept.any() else None

    def set_subset(self, subset: Subset) -> None:
        """Show another subset of the case."""
        if subset != self.subset:
            self.subset = subset
            self._refresh()

    def set_ranking(self, ranking: str) -> None:
        """Let another one of RANKINGS tell better hypotheses from worse ones."""
        if ranking not in RANKINGS:
            raise ValueError(f"unknown ranking {ranking!r}; use one of {', '.join(RANKINGS)}")
        if ranking != self.ranking:
            self.ranking = ranking
            self._rank()

    def hypothesis_of(self, place: int) -> int | None:
        """Which hypothesis of the case the place-th shown hand is; None for the mean and the truth."""
        return int(self.result.members[place]) if place < len(self.result.members) else None

    def figures(self) -> list[str]:
        """What is in sight, in a few words and numbers: count, spread, error where the truth is known."""
        drawn, truth = self.drawn, self.source.truth
        if drawn is None or self.prediction is None:
            return []
        members, kind, count = self.result.members, self.subset.kind, self.prediction.num_hypotheses
        if kind == "truth":
            return ["Ground truth"]
        if kind == "mean":
            texts = [f"Mean of {int(self.selection.kept.sum())} of {count}"]
        elif len(members) == 1 and kind != "kept":
            texts = [f"Hypothesis {members[0] + 1} of {count}", f"score {self.prediction.score[members[0]]:.2f}"]
        else:
            what = {"kept": "kept", "rejected": "rejected"}.get(kind, "shown")
            texts = [f"{drawn.num_hypotheses} of {count} {what}"]
            texts += [f"spread {spread_mm(drawn.joints):.0f} mm"] if drawn.has_joints else []
        if truth is not None and truth.fits(drawn) and drawn.has_joints:
            texts.append(f"error {sequence_error_mm(drawn.joints, truth).mean():.0f} mm")
        selection = self.shown.selection
        if selection.picked and selection.chosen is not None and len(members) > 1:
            number = members[selection.chosen]
            texts.append(f"number {number + 1} highlighted, score {self.prediction.score[number]:.2f}")
        return texts

    def _picture_changed(self) -> None:
        self.shown.picture = self.source.picture
        self.changed.emit()

    def _rank(self) -> None:
        """Take the scores of the ranking; the kept ones follow."""
        self._unranked = self.source.prediction
        self.prediction = self._unranked
        if self._unranked is not None and self.ranking == "heatmap":
            self.prediction = by_heatmap_agreement(self._unranked)
        if self.prediction is not None and not np.array_equal(self.prediction.score, self.selection.scores):
            self.selection.set_scores(self.prediction.score, comparable_points(self.prediction))
        self._refresh()

    def _refresh(self) -> None:
        if self.source.prediction is not self._unranked:
            return  # its scores come right before it
        kept = self.selection.kept
        resolved = (self.prediction, self.subset, kept.tobytes(), self.source.truth)
        if resolved != self._resolved:
            self._resolved = resolved
            self.result = self._resolve(kept)
            self.settling = True
            try:
                first = self._place()
                keeps = self.subset.kind == "kept"
                self.shown.selection.set_mode(self.selection.mode if keeps else "threshold")
                self.shown.selection.set_threshold(self.selection.threshold if keeps else 0.0)
                self.shown.selection.set_top_n(self.selection.top_n)
            finally:
                self.settling = False
            if first:
                self.placed.emit()
        self.changed.emit()

    def _resolve(self, kept: np.ndarray) -> Shown:
        if self._unranked is None:
            return _NOTHING
        if self.prediction is None:
            return replace(_NOTHING, message="This prediction does not say what its heat maps saw: predict it again.")
        if len(kept) != self.prediction.num_hypotheses:
            return _NOTHING
        return show_subset(self.prediction, kept, self.subset, self.source.truth)

    def _place(self) -> bool:
        """Show the result, the camera following the hand it looks at; returns whether it is the first one."""
        view, shown, before = self.view, self.result.prediction, self.anchor
        orbit, over_photo, photo_move = view.orbit, view.over_photo, view.photo_move
        if shown is not self.shown.prediction:
            self.shown.set_prediction(shown)
        if shown is None:
            return False
        # The mean and the single ones stay where all hypotheses are; the truth brings its own place.
        self.anchor = anchor(shown if self.subset.kind == "truth" else self.prediction)
        if before is None:
            view.look("front")
            return True
        target = tuple(float(value) for value in np.array(orbit.target) + self.anchor - before)
        view.set_camera(replace(orbit, target=target), over_photo, photo_move)
        return False
