"""The plots under the panes: a map of the hypotheses, their distances, the spread of their joints.

Their library is imported away from the window's thread, when they are first shown.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QThreadPool, QTimer, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from handviz.app.controls import Segments, header, label
from handviz.app.icons import icon
from handviz.app.models.study import StudyModel
from handviz.app.theme import DARK, Theme
from handviz.app.tips import set_tip
from handviz.hypotheses.relations import MOST_RELATED

if TYPE_CHECKING:
    from handviz.app.study.plotting import Plot

PLOTS = {"map": ("Map", "MapPlot"), "distance": ("Distances", "DistancePlot"), "spread": ("Spread", "SpreadPlot")}
"""Name of each plot, whose module is NAME_plot: its title and its class."""
_WIDTH = 240
"""A plot gets at least so many pixels."""
_REFRESH_MILLISECONDS = 30
"""Changes that follow faster are drawn together."""


class PlotLoader(QObject):
    """Imports the plots' modules in a thread; ready is emitted in the window's."""

    ready = Signal()
    _loaded = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._started = False
        self._pool = QThreadPool(self)
        self._loaded.connect(self.ready, Qt.ConnectionType.QueuedConnection)

    def start(self) -> None:
        """Import once."""
        if not self._started:
            self._started = True
            loaded = self._loaded

            def work() -> None:
                for name in PLOTS:
                    importlib.import_module(f"handviz.app.study.{name}_plot")
                loaded.emit()

            self._pool.start(work)

    def close(self) -> None:
        """Wait for the import; nothing is reported any more."""
        self._loaded.disconnect()
        self._pool.waitForDone()


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
        self._theme: Theme = DARK
        self._first = next(iter(PLOTS))
        self._stale_data = self._stale_selection = True
        self.plots: dict[str, Plot] = {}
        self.loader = PlotLoader(self)
        self.loader.ready.connect(self._build_next)
        self.segments = Segments({name: title for name, (title, _) in PLOTS.items()}, "Plot", self.choose)
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
        self._header = header(label("Plots", "paneTitle"), None, self.segments, self.close_button)
        column.addWidget(self._header)
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
        self.loader.start()
        self._soon.start()

    def choose(self, name: str) -> None:
        """Show a plot first."""
        self._first = name
        self.segments.show_choice(name)
        self._arrange()

    def _build_next(self) -> None:
        """Make one plot, then let the window breathe before the next."""
        name = next(name for name in PLOTS if name not in self.plots)
        module = importlib.import_module(f"handviz.app.study.{name}_plot")
        plot: Plot = getattr(module, PLOTS[name][1])(self._study)
        plot.set_theme(self._theme)
        plot.setVisible(False)
        self._row.addWidget(plot, 1)
        for control in plot.controls:
            self._header.layout().insertWidget(2, control)
        self.plots[name] = plot
        if len(self.plots) < len(PLOTS):
            QTimer.singleShot(0, self._build_next)
        else:
            self._soon.start()

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
        if len(self.plots) < len(PLOTS):
            return
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
        waits = self._soon.isActive() or self._stale_data or self._stale_selection or len(self.plots) < len(PLOTS)
        return not waits and (self._study.relations is not None or not self._study.wants_relations)

    def _message(self) -> str:
        prediction = self._study.prediction
        if len(self.plots) < len(PLOTS):
            return "Loading the plots…"
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
        self._theme = theme
        self.close_button.setIcon(icon("close", theme.text))
        for plot in self.plots.values():
            plot.set_theme(theme)

    def shut_down(self) -> None:
        """Wait for what is being loaded."""
        self.loader.close()
