"""The plots under the panes: a map of the hypotheses, their distances, the spread of their joints."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from handviz.app.controls import Segments, header, label
from handviz.app.icons import icon
from handviz.app.models.study import StudyModel
from handviz.app.study.distance_plot import DistancePlot
from handviz.app.study.map_plot import MapPlot
from handviz.app.study.plotting import Plot
from handviz.app.study.spread_plot import SpreadPlot
from handviz.app.theme import Theme
from handviz.app.tips import set_tip
from handviz.hypotheses.relations import MOST_RELATED

PLOTS: dict[str, type[Plot]] = {"map": MapPlot, "distance": DistancePlot, "spread": SpreadPlot}
_WIDTH = 240
"""A plot gets at least so many pixels."""
_REFRESH_MILLISECONDS = 30
"""Changes that follow faster are drawn together."""


class PlotsPane(QWidget):
    """Shows as many plots as fit beside each other, beginning with the one chosen. close_requested asks to be put
    away."""

    close_requested = Signal()

    def __init__(self, study: StudyModel) -> None:
        super().__init__()
        self.setObjectName("plots")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._study = study
        self._selection = study.session.selection
        self._first = next(iter(PLOTS))
        self._stale_data = self._stale_selection = True
        self.plots = {name: kind(study) for name, kind in PLOTS.items()}
        self.segments = Segments({name: kind.title for name, kind in PLOTS.items()}, "Plot", self.choose)
        self.segments.show_choice(self._first)
        self.close_button = QToolButton()
        self.close_button.setAccessibleName("Hide the plots")
        set_tip(self.close_button, "Hide the plots", "plots")
        self.close_button.clicked.connect(self.close_requested)
        self.sentence = label("", "muted")
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._row = QHBoxLayout()
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(6)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        controls = [control for plot in self.plots.values() for control in plot.controls]
        column.addWidget(header(label("Plots", "paneTitle"), None, *controls, self.segments, self.close_button))
        for plot in self.plots.values():
            self._row.addWidget(plot, 1)
        column.addLayout(self._row, 1)
        column.addWidget(self.sentence, 1)
        self._soon = QTimer(self, singleShot=True, interval=_REFRESH_MILLISECONDS)
        self._soon.timeout.connect(self.refresh)
        study.changed.connect(self._data_changed)
        self._selection.changed.connect(self._selection_changed)
        self._selection.hover_changed.connect(self._hover_changed)
        self._arrange()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        super().showEvent(event)
        self._soon.start()

    def choose(self, name: str) -> None:
        """Show a plot first."""
        self._first = name
        self.segments.show_choice(name)
        self._arrange()

    def _data_changed(self) -> None:
        self._stale_data = True
        self._start()

    def _selection_changed(self) -> None:
        self._stale_selection = True
        self._start()

    def _start(self) -> None:
        if self.isVisible() and not self._soon.isActive():
            self._soon.start()

    def _hover_changed(self) -> None:
        for plot in self.plots.values():
            if plot.isVisible():
                plot.show_hovered()

    def refresh(self) -> None:
        """Draw what has changed, on the plots in sight."""
        if not self.isVisible():
            return
        self._arrange()
        for plot in self.plots.values():
            if self._stale_data:
                plot.show_data()
            elif self._stale_selection:
                plot.show_selection()
        self._stale_data = self._stale_selection = False

    @property
    def at_rest(self) -> bool:
        """Whether everything in sight is drawn as it now is."""
        if not self.isVisible():
            return True
        waits = self._soon.isActive() or self._stale_data or self._stale_selection
        return not waits and (self._study.relations is not None or not self._study.wants_relations)

    def _message(self) -> str:
        prediction = self._study.prediction
        if prediction is None:
            return "The plots fill with the next prediction."
        if prediction.num_hypotheses > MOST_RELATED:
            return f"Plots compare up to {MOST_RELATED:,} hypotheses; this prediction has more."
        return "Comparing the hypotheses…" if self._study.relations is None else ""

    def _arrange(self) -> None:
        """Show as many plots as fit, or a sentence."""
        message = self._message()
        self.sentence.setText(message)
        self.sentence.setVisible(bool(message))
        fit = max(min(self.width() // _WIDTH, len(PLOTS)), 1)
        names = list(PLOTS)
        first = min(names.index(self._first), len(names) - fit)
        shown = () if message else names[first : first + fit]
        for name, plot in self.plots.items():
            for widget in (plot, *plot.controls):
                widget.setVisible(name in shown)
        self.segments.setVisible(fit < len(PLOTS))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._arrange()

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self.close_button.setIcon(icon("close", theme.text))
        for plot in self.plots.values():
            plot.set_theme(theme)
