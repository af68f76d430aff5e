"""Photo and viewport side by side, and under them the table and the plots, each of which can be put away."""

from PySide6.QtCore import QByteArray, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QSplitter, QWidget

from handviz.app.models.session import SessionModel
from handviz.app.models.study import StudyModel
from handviz.app.settings import Settings
from handviz.app.study.plots_pane import PlotsPane
from handviz.app.study.relating import Relating
from handviz.app.study.table_pane import TablePane
from handviz.app.theme import Theme

TABLE, PLOTS = "table", "plots"
_LEAST_HEIGHT = 212
_SHARE = 0.28
"""Of the height, for what lies below."""
_SETTINGS = ("benchPanes", "benchRows", "benchStudy")


def _splitter(way: Qt.Orientation, *widgets: QWidget) -> QSplitter:
    result = QSplitter(way)
    result.setHandleWidth(1)
    result.setChildrenCollapsible(False)
    for widget in widgets:
        result.addWidget(widget)
    return result


class Workbench(QSplitter):
    """parts_changed follows when the table or the plots are shown or put away."""

    parts_changed = Signal()

    def __init__(self, session: SessionModel, photo_pane: QWidget, viewport_pane: QWidget) -> None:
        super().__init__(Qt.Orientation.Vertical)
        self.setHandleWidth(1)
        self.setChildrenCollapsible(False)
        self.study = StudyModel(session)
        self.relating = Relating(self.study, self)
        self.table = TablePane(self.study)
        self.plots = PlotsPane(self.study)
        self._parts: dict[str, QWidget] = {TABLE: self.table, PLOTS: self.plots}
        self._panes = _splitter(Qt.Orientation.Horizontal, photo_pane, viewport_pane)
        self._panes.setStretchFactor(0, 500)
        self._panes.setStretchFactor(1, 620)
        self._panes.setSizes([500, 620])
        self._lower = _splitter(Qt.Orientation.Horizontal, *self._parts.values())
        self._lower.setMinimumHeight(150)
        self._lower.setSizes([600, 496])
        self._lower.setStretchFactor(0, 1)
        self._lower.setStretchFactor(1, 2)
        self.addWidget(self._panes)
        self.addWidget(self._lower)
        self.setStretchFactor(0, 1)
        self.setStretchFactor(1, 0)
        self._sized = False
        for name, part in self._parts.items():
            part.close_requested.connect(lambda chosen=name: self.show_part(chosen, False))
            part.setVisible(False)
        self._lower.setVisible(False)

    @property
    def parts(self) -> tuple[str, ...]:
        """Names of what can be shown or put away."""
        return tuple(self._parts)

    def shows(self, part: str) -> bool:
        """Whether the table or the plots are in sight."""
        return not self._parts[part].isHidden()

    def show_part(self, part: str, shown: bool) -> None:
        """Show or put away the table or the plots."""
        self._parts[part].setVisible(shown)
        shown_parts = [name for name in self._parts if self.shows(name)]
        self._lower.setVisible(bool(shown_parts))
        if shown_parts and not self._sized and self.isVisible():
            # How high it suits depends on the window, which is not laid out before it is shown.
            self._sized = True
            lower = max(_LEAST_HEIGHT, round(_SHARE * self.height()))
            self.setSizes([self.height() - lower, lower])
        self.relating.want(bool(shown_parts))
        self.parts_changed.emit()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        super().showEvent(event)
        for part in self._parts:
            self.show_part(part, self.shows(part))

    @property
    def at_rest(self) -> bool:
        """Whether table and plots, where they are in sight, show everything as it now is."""
        return self.plots.at_rest and not (self._lower.isVisible() and self.study.wants_relations)

    def save(self, settings: Settings) -> None:
        """Remember what is shown and how large."""
        for name, splitter in zip(_SETTINGS, (self._panes, self, self._lower), strict=True):
            settings.set_bytes(name, splitter.saveState())
        shown = ",".join(name for name in self._parts if self.shows(name))
        settings.set_bytes("benchShows", QByteArray(shown.encode()))

    def restore(self, settings: Settings) -> None:
        """Take up what was remembered."""
        for name, splitter in zip(_SETTINGS, (self._panes, self, self._lower), strict=True):
            state = settings.bytes(name)
            if state is not None:
                splitter.restoreState(state)
                self._sized = self._sized or splitter is self
        shown = settings.bytes("benchShows")
        for name in (shown.data().decode(errors="replace") if shown is not None else "").split(","):
            if name in self._parts:
                self.show_part(name, True)

    def set_theme(self, theme: Theme) -> None:
        """Colour what the style sheet does not reach."""
        for part in self._parts.values():
            part.set_theme(theme)

    def shut_down(self) -> None:
        """End what is being worked out."""
        self.relating.close()
