"""What to keep by score: the histogram with its line, the slider and number joined with it, and live figures."""

from collections.abc import Callable

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from handviz.app.controls import Segments, Slider, label, padded
from handviz.app.models.session import MAX_HYPOTHESES, SessionModel
from handviz.app.models.study import known_errors
from handviz.app.score_histogram import ScoreHistogram
from handviz.app.theme import Theme
from handviz.app.tips import set_tip
from handviz.hypotheses.relations import comparable_points
from handviz.hypotheses.summary import Summary, summarize

SLIDER_STEPS = 1000
"""From end to end of the histogram's axis."""

_Line = tuple[str, str, Callable[[Summary], str]]


def _mm(value: float | None, decimals: int = 1) -> str:
    return "–" if value is None else f"{value:.{decimals}f} mm"


FIGURES: tuple[_Line, ...] = (
    ("Kept", "Hypotheses kept by score", lambda s: f"{s.kept} of {s.total}"),
    ("Best score", "Over all hypotheses", lambda s: f"{s.best_score:.3f}"),
    ("Mean score", "Over the kept hypotheses", lambda s: "–" if s.mean_score is None else f"{s.mean_score:.3f}"),
    (
        "Spread",
        "Standard deviation of the joints over the kept hypotheses, mean of joints and timesteps",
        lambda s: _mm(s.spread_mm),
    ),
)
ERRORS: tuple[_Line, ...] = (
    (
        "Error, kept averaged",
        "MPJPE against the truth, at the middle of the exposure, of the kept hypotheses averaged into one hand",
        lambda s: _mm(s.mean_hand_error_mm),
    ),
    (
        "Error, best kept",
        "The least MPJPE among the kept hypotheses",
        lambda s: _named(s.best_kept, s.best_kept_error_mm),
    ),
    ("Error, best of all", "The least MPJPE of all", lambda s: _named(s.best, s.best_error_mm)),
)
"""Shown where the truth is known."""


def _named(hypothesis: int | None, error: float | None) -> str:
    return "–" if hypothesis is None else f"{_mm(error)} · no. {hypothesis + 1}"


class ScorePanel(QWidget):
    """Mirrors the session's selection: its mode, threshold, n, and what they keep."""

    def __init__(self, session: SessionModel) -> None:
        super().__init__()
        self._session = session
        self.histogram = ScoreHistogram(session)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(5)
        self._build_heading(column)
        column.addWidget(self.histogram)
        self._build_sliders(column)
        self._figures = self._build_figures(column, FIGURES)
        self.kept = self._figures[0][1]
        self.kept.setObjectName("figure")
        self._errors = self._build_figures(column, ERRORS)
        self.note = label("", "muted")
        self.note.setWordWrap(True)
        column.addWidget(self.note)
        session.selection.changed.connect(self.refresh)
        session.prediction_changed.connect(self.refresh)
        session.truth_changed.connect(self.refresh)
        self.histogram.axis_changed.connect(self.refresh)
        self.refresh()

    def _build_heading(self, column: QVBoxLayout) -> None:
        selection = self._session.selection
        self.whole = QToolButton()
        self.whole.setText("0–1")
        self.whole.setCheckable(True)
        self.whole.setAccessibleName("Show the whole range of scores")
        self.whole.setToolTip("Show the whole range of scores; the wheel zooms, a double click goes back to the scores")
        self.whole.clicked.connect(self.histogram.show_whole)
        names = {"threshold": "Threshold", "top": "Top n", "varied": "Varied"}
        self.modes = Segments(names, "Keep by", selection.set_mode)
        set_tip(self.modes.buttons["threshold"], "Keep what scores at least the threshold", "keep_by")
        set_tip(self.modes.buttons["top"], "Keep the n best by score", "keep_by")
        set_tip(self.modes.buttons["varied"], "Keep the best by score and n - 1 good ones that differ", "keep_by")
        self.threshold = QDoubleSpinBox()
        self.threshold.setRange(0.0, 1.0)
        self.threshold.setDecimals(3)
        self.threshold.setSingleStep(0.005)
        self.threshold.setAccessibleName("Score threshold, as a number")
        self.threshold.valueChanged.connect(selection.set_threshold)
        self.count = QSpinBox()
        self.count.setRange(1, MAX_HYPOTHESES)
        self.count.setAccessibleName("How many of the best to keep, as a number")
        self.count.valueChanged.connect(selection.set_top_n)
        row = QHBoxLayout()
        row.addWidget(label("Selection score", "heading"), 1)
        row.addWidget(self.whole)
        for field in (self.threshold, self.count):
            padded(field)
            field.setFixedWidth(92)
            row.addWidget(field)
        column.addLayout(row)
        row = QHBoxLayout()
        row.addWidget(self.modes)
        row.addStretch(1)
        column.addLayout(row)

    def _build_sliders(self, column: QVBoxLayout) -> None:
        selection = self._session.selection
        self.slider = Slider("Score threshold")
        self.slider.setRange(0, SLIDER_STEPS)
        self.slider.setPageStep(SLIDER_STEPS // 10)
        self.slider.setSingleStep(SLIDER_STEPS // 100)
        self.slider.setToolTip("Hypotheses that score less are hidden")
        self.slider.valueChanged.connect(
            lambda value: selection.set_threshold(self.histogram.axis.at(value / SLIDER_STEPS))
        )
        self.count_slider = Slider("How many of the best to keep")
        self.count_slider.setObjectName("frames")
        self.count_slider.setMinimum(1)
        self.count_slider.valueChanged.connect(selection.set_top_n)
        column.addWidget(self.slider)
        column.addWidget(self.count_slider)

    def _build_figures(self, column: QVBoxLayout, lines: tuple[_Line, ...]) -> list[tuple[QLabel, QLabel]]:
        grid = QGridLayout()
        grid.setVerticalSpacing(3)
        grid.setColumnStretch(0, 1)
        made = []
        for row, (name, hint, _) in enumerate(lines):
            title, value = label(name, "muted"), label("")
            value.setAccessibleName(f"{name}: {hint}")
            for widget in (title, value):
                widget.setToolTip(hint)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(title, row, 0)
            grid.addWidget(value, row, 1, Qt.AlignmentFlag.AlignRight)
            made.append((title, value))
        column.addLayout(grid)
        return made

    def tighten(self, steps: int) -> None:
        """Keep fewer hypotheses by that many steps of the threshold, or of n; more where negative."""
        selection = self._session.selection
        if selection.counts:
            selection.set_top_n(min(selection.top_n, max(len(selection.scores), 1)) - steps)
        else:
            selection.set_threshold(selection.threshold + steps * self.histogram.axis.key_step())

    def switch_mode(self) -> None:
        """Keep by the next rule: threshold, top n, varied n."""
        self._session.selection.next_mode()

    def refresh(self) -> None:
        """Mirror the selection."""
        selection, prediction = self._session.selection, self._session.prediction
        count = len(selection.scores)
        shown = prediction is not None and count == prediction.num_hypotheses
        top = selection.counts
        self.modes.show_choice(selection.mode)
        self.whole.setChecked(self.histogram.axis.whole)
        for widget, visible in (
            (self.slider, not top), (self.threshold, not top), (self.count_slider, top), (self.count, top)
        ):  # fmt: skip
            widget.setVisible(visible)
            widget.setEnabled(shown)
        self.whole.setEnabled(shown)
        for widget, most in ((self.count_slider, max(count, 1)), (self.count, MAX_HYPOTHESES)):
            with QSignalBlocker(widget):
                widget.setMaximum(max(most, selection.top_n) if widget is self.count else most)
                widget.setValue(selection.top_n)
        with QSignalBlocker(self.slider):
            self.slider.setValue(round(self.histogram.axis.fraction(selection.threshold) * SLIDER_STEPS))
        with QSignalBlocker(self.threshold):
            self.threshold.setValue(selection.threshold)
        self._show_figures(shown)

    def _show_figures(self, shown: bool) -> None:
        selection, prediction = self._session.selection, self._session.prediction
        kept = selection.kept
        errors = known_errors(prediction, self._session.truth) if shown else None
        truth = None if errors is None else self._session.truth
        summary = summarize(comparable_points(prediction), selection.scores, kept, truth, errors) if shown else None
        for lines, widgets, known in ((FIGURES, self._figures, shown), (ERRORS, self._errors, errors is not None)):
            for (_, _, text), (title, value) in zip(lines, widgets, strict=True):
                title.setVisible(known)
                value.setVisible(known)
                value.setText(text(summary) if known else "")
        self.note.setVisible(shown and not kept.any())
        self.note.setText("None kept: lower the threshold." if shown and not kept.any() else "")

    def set_theme(self, theme: Theme) -> None:
        """Colour what the style sheet does not reach."""
        self.histogram.theme = theme
        self.histogram.update()
