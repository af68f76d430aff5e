"""The right pane: the viewport under its header, with the legend always in view."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from handviz.app.controls import Segments, header, label
from handviz.app.icons import icon
from handviz.app.legend import Legend
from handviz.app.models.session import SessionModel
from handviz.app.models.view import CAMERA, STANDARD_VIEWS
from handviz.app.theme import Theme
from handviz.app.tips import set_tip
from handviz.app.viewport_canvas import Renderer, ViewportCanvas

_MARGIN = 12


class ViewportPane(QWidget):
    """Header with the views, canvas, legend, and a line that says what is in sight."""

    def __init__(self, session: SessionModel, renderer: Renderer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.canvas = ViewportCanvas(session, renderer)
        self.legend = Legend(session, self.canvas)
        self.caption = label("", "caption")
        self.caption.setParent(self.canvas)
        self.caption.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        labels = {CAMERA: "As photographed", "front": "Front", "side": "Side", "top": "Top"}
        self.views = Segments(labels, "View", session.view.look)
        for name, button in self.views.buttons.items():
            what = "The photo's own camera, meshes over the photo" if name == CAMERA else f"From the {name}"
            set_tip(button, what, f"view_{name}")
        self.fit = QToolButton()
        self.fit.setAccessibleName("Bring the hand into sight")
        set_tip(self.fit, "Bring the whole hand into sight", "fit")
        self.fit.clicked.connect(session.view.fit)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(header(label("Hypotheses", "paneTitle"), None, self.views, self.fit))
        column.addWidget(self.canvas, 1)
        session.prediction_changed.connect(self.refresh)
        session.selection.changed.connect(self.refresh)
        session.view.camera_changed.connect(self.refresh)
        session.view.content_changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Mirror the session."""
        view, selection = self._session.view, self._session.selection
        shown = self._session.prediction is not None
        for widget in (self.views, self.fit):
            widget.setEnabled(shown)
        self.views.show_choice(self._current_view() if shown else None)
        if not shown:
            self.caption.clear()
        elif view.solo and selection.chosen is not None:
            self.caption.setText(f"Hypothesis {selection.chosen + 1} alone")
        else:
            text = f"{int(selection.kept.sum())} of {len(selection.scores)} kept"
            if selection.picked and selection.chosen is not None:
                text += f" · hypothesis {selection.chosen + 1} highlighted"
            self.caption.setText(text)
        self.caption.setVisible(shown)
        self._place()

    def _current_view(self) -> str | None:
        view = self._session.view
        if view.over_photo:
            return CAMERA
        for name, (yaw, pitch) in STANDARD_VIEWS.items():
            if abs(view.orbit.yaw - yaw) < 1e-3 and abs(view.orbit.pitch - pitch) < 0.02:
                return name
        return None

    def _place(self) -> None:
        self.caption.adjustSize()
        self.caption.move(_MARGIN, _MARGIN)
        self.legend.adjustSize()
        self.legend.move(_MARGIN, self.canvas.height() - self.legend.height() - _MARGIN)

    def set_theme(self, theme: Theme) -> None:
        """Colour what the style sheet does not reach."""
        self.canvas.set_theme(theme)
        self.legend.set_theme(theme)
        self.fit.setIcon(icon("fit", theme.text))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self.layout().activate()
        self._place()
