"""The right pane: the viewport under its header, with the legend always in view."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from handviz.app.analysing import Analysing
from handviz.app.color_key import ColorKey
from handviz.app.controls import Segments, header, label
from handviz.app.icons import icon
from handviz.app.legend import Legend
from handviz.app.models.palette import cluster_colors, truth_colors
from handviz.app.models.scene import drawn, standing
from handviz.app.models.session import SessionModel
from handviz.app.models.view import CAMERA, STANDARD_VIEWS
from handviz.app.motion_summary import MotionSummary
from handviz.app.overlays import color_of
from handviz.app.scene_feed import Renderer
from handviz.app.theme import Theme
from handviz.app.time_bar import TimeBar
from handviz.app.tips import set_tip
from handviz.app.view_bar import ViewBar
from handviz.app.viewport_canvas import ViewportCanvas
from handviz.hypotheses.motion import percentages

_MARGIN = 12
KEY_DETAILS = {"score": "selection network", "spread": "over the kept", "error": "to the ground truth"}
"""What the numbers of a scale are of."""


class ViewportPane(QWidget):
    """Header with the views, canvas, legend, and a line that says what is in sight."""

    def __init__(self, session: SessionModel, renderer: Renderer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.canvas = ViewportCanvas(session, renderer)
        self.analysing = Analysing(session, self)
        self.legend = Legend(session, self.canvas)
        self.key = ColorKey(self.canvas)
        self.motion = MotionSummary(session)
        self.bar = ViewBar(session)
        self.time_bar = TimeBar(session, self.canvas)
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
        column.addWidget(self.bar)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.motion)
        column.addWidget(self.time_bar)
        self.canvas.content_sent.connect(self._show_key)
        session.prediction_changed.connect(self.refresh)
        session.analysis_changed.connect(self.refresh)
        session.selection.changed.connect(self.refresh)
        session.view.camera_changed.connect(self.refresh)
        session.view.content_changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Mirror the session."""
        shown = self._session.prediction is not None
        for widget in (self.views, self.fit):
            widget.setEnabled(shown)
        self.views.show_choice(self._current_view() if shown else None)
        self.caption.setText(self._caption() if shown else "")
        self.caption.setVisible(shown)
        self._place()

    def _caption(self) -> str:
        view, selection = self._session.view, self._session.selection
        if view.solo and selection.chosen is not None:
            several = len(selection.selected) > 1
            return (
                f"{len(selection.selected)} hypotheses alone" if several else f"Hypothesis {selection.chosen + 1} alone"
            )
        kept = int(selection.kept.sum())
        text = f"{kept} of {len(selection.scores)} kept"
        if view.display == "mean":
            text = f"Mean of {int(standing(self._session).sum())} · {text}"
        elif view.display == "representatives":
            representatives = int(drawn(self._session)[0].sum())
            text = f"{representatives} representative{'' if representatives == 1 else 's'} · {text}"
        if selection.picked and selection.chosen is not None:
            more = len(selection.selected) - 1
            text += f" · hypothesis {selection.chosen + 1}{f' and {more} more' if more else ''} highlighted"
        return text

    def _show_key(self) -> None:
        """Say what the colours that were just sent mean."""
        scene, scale, analysis = self.canvas.feed.scene, self.canvas.feed.scale, self._session.analysis
        coloring = scene.coloring
        self.legend.set_colored(coloring == "timestep")
        title, rows = "", []
        if scale is not None:
            unit = f", {scale.unit}" if scale.unit else ""
            title = f"{scale.title}{unit} · {KEY_DETAILS[coloring]}"
        elif coloring == "cluster":
            title = "Share of the kept"
            shares = percentages(analysis.clusters.shares(standing(self._session)).tolist())
            colors = cluster_colors(analysis.clusters.count)
            for index, (color, share) in enumerate(zip(colors, shares, strict=True), start=1):
                rows.append((color_of(color), f"{share}% cluster {index}"))
        ghosts = drawn(self._session)[1]
        if ghosts.any():
            what = "other kept ones" if standing(self._session)[ghosts].any() else "not kept"
            rows.append((QColor(self.canvas.theme.ghost), f"Ghosts: {what}"))
        if self._session.view.show_truth and self._session.truth is not None:
            rows.append((color_of(truth_colors(3)[1]), "Ground truth"))
        self.key.show_key(title, scale, rows)
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
        self.key.resize(self.key.sizeHint())
        self.key.move(_MARGIN, self.legend.y() - self.key.height() - 8)

    def set_theme(self, theme: Theme) -> None:
        """Colour what the style sheet does not reach."""
        self.canvas.set_theme(theme)
        self.legend.set_theme(theme)
        self.time_bar.set_theme(theme)
        for part in (self.key, self.motion):
            part.theme = theme
            part.update()
        self.fit.setIcon(icon("fit", theme.text))

    def shut_down(self) -> None:
        """End what is being worked out; safe to call twice."""
        self._session.view.set_playing(False)
        self.analysing.close()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self.layout().activate()
        self._place()
