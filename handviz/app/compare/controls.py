"""The two bars around the panes: what to compare and from where to look, and what to keep; they act on linked panes."""

from PySide6.QtCore import QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QMenu, QSpinBox, QToolButton, QWidget

from handviz.app.controls import Segments, Slider, header, label, padded
from handviz.app.icons import icon
from handviz.app.legend import TimestepSwitch
from handviz.app.models.comparison import PRESETS
from handviz.app.models.difference import heat
from handviz.app.models.palette import timestep_colors
from handviz.app.models.pane import PaneModel
from handviz.app.models.session import MAX_HYPOTHESES
from handviz.app.models.view import CAMERA, STANDARD_VIEWS
from handviz.app.overlays import color_of
from handviz.app.theme import DARK, Theme
from handviz.app.tips import set_tip
from handviz.geometry.skeleton import TIMESTEPS

_STEPS = 200


class HeatScale(QWidget):
    """The legend of the differences: a strip of colours with its ends in mm."""

    def __init__(self) -> None:
        super().__init__()
        self.ceiling_mm = 10.0
        self.setAccessibleName("Colours of the difference")

    def show_ceiling(self, ceiling_mm: float) -> None:
        """What the brightest colour stands for."""
        self.ceiling_mm = ceiling_mm
        self.setAccessibleDescription(f"Dark is 0 mm, bright is {ceiling_mm:g} mm or more")
        self.setToolTip(
            f"Distance of each point of the mesh from pane 1, wrist on wrist: dark 0, bright {ceiling_mm:g} mm or more"
        )
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(120 + self.fontMetrics().horizontalAdvance(f"0 {self.ceiling_mm:g} mm") + 16, 24)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        metrics = self.fontMetrics()
        high = f"{self.ceiling_mm:g} mm"
        left, right = metrics.horizontalAdvance("0") + 6, metrics.horizontalAdvance(high) + 6
        strip = QRectF(left, self.height() / 2 - 6, self.width() - left - right, 12)
        gradient = QLinearGradient(strip.topLeft(), strip.topRight())
        for step in range(21):
            gradient.setColorAt(step / 20, color_of(heat(step / 20)))
        painter.fillRect(strip, gradient)
        painter.setPen(self.palette().windowText().color())
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(QRectF(0, 0, left, self.height()), flags, "0")
        painter.drawText(QRectF(strip.right() + 6, 0, right, self.height()), flags, high)


class TopBar(QWidget):
    """preset_chosen carries a name of PRESETS, view_chosen one of VIEWS."""

    preset_chosen = Signal(str)
    add_clicked = Signal()
    difference_toggled = Signal(bool)
    view_chosen = Signal(str)
    fit_clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.presets = QToolButton()
        self.presets.setText("Compare ▾")
        self.presets.setAccessibleName("Compare")
        self.presets.setToolTip("Ready-made comparisons of the case in the chosen pane")
        self.presets.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.presets)
        menu.setToolTipsVisible(True)
        for name, preset in PRESETS.items():
            action = menu.addAction(preset.title, lambda chosen=name: self.preset_chosen.emit(chosen))
            action.setToolTip(preset.about)
        self.presets.setMenu(menu)
        self.add = QToolButton()
        self.add.setText("Pane")
        self.add.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.add.setAccessibleName("Add a pane")
        set_tip(self.add, "Add a pane, four at most", "compare_add")
        self.add.clicked.connect(self.add_clicked)
        self.difference = QToolButton()
        self.difference.setText("Difference")
        self.difference.setCheckable(True)
        self.difference.setAccessibleName("Colour by difference to pane 1")
        set_tip(self.difference, "Colour the other panes by their distance from pane 1, in mm", "compare_difference")
        self.difference.clicked.connect(self.difference_toggled)
        self.scale = HeatScale()
        self.scale.hide()
        labels = {CAMERA: "As photographed", "front": "Front", "side": "Side", "top": "Top"}
        self.views = Segments(labels, "View", self.view_chosen.emit)
        for name, button in self.views.buttons.items():
            set_tip(button, button.text(), f"compare_view_{name}")
        self.fit = QToolButton()
        self.fit.setAccessibleName("Bring the hands into sight")
        set_tip(self.fit, "Bring the whole hand into sight", "compare_fit")
        self.fit.clicked.connect(self.fit_clicked)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(header(self.presets, self.add, self.difference, self.scale, None, self.views, self.fit))

    def refresh(self, pane: PaneModel) -> None:
        """Mirror the pane that keys go to."""
        view, choice = pane.view, None
        if view.over_photo:
            choice = CAMERA
        else:
            for name, (yaw, pitch) in STANDARD_VIEWS.items():
                if abs(view.orbit.yaw - yaw) < 1e-3 and abs(view.orbit.pitch - pitch) < 0.02:
                    choice = name
        self.views.show_choice(choice if pane.shown.prediction is not None else None)

    def set_theme(self, theme: Theme) -> None:
        """Colour the icons."""
        self.add.setIcon(icon("plus", theme.text))
        self.fit.setIcon(icon("fit", theme.text))
        self.scale.update()


class BottomBar(QWidget):
    """Timesteps and time, and the rule that keeps hypotheses, of the pane that keys go to and those linked to it."""

    play_clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._pane: PaneModel | None = None
        self._theme = DARK
        self.switches: list[TimestepSwitch] = []
        for index, (name, color) in enumerate(zip(TIMESTEPS, timestep_colors(len(TIMESTEPS)), strict=True)):
            switch = TimestepSwitch(name, color_of(color), f"compare_{name}")
            switch.clicked.connect(lambda on, timestep=index: self._pane.view.set_timestep(timestep, on))
            self.switches.append(switch)
        self.play = QToolButton()
        set_tip(self.play, "Play from past to future and back, or rest", "compare_play")
        self.play.clicked.connect(self.play_clicked)
        self.time = Slider("Time of the exposure, from past to future")
        self.time.setObjectName("frames")
        self.time.setRange(0, _STEPS)
        self.time.setMinimumWidth(80)
        self.time.setMaximumWidth(220)
        self.time.setToolTip("Time of the exposure, from past to future")
        self.time.valueChanged.connect(self._slide)
        self.all = QToolButton()
        self.all.setText("All at once")
        self.all.setCheckable(True)
        self.all.setAccessibleName("Show all timesteps at once")
        set_tip(self.all, "Past, middle and future at once, instead of one moment", "compare_all_timesteps")
        self.all.clicked.connect(lambda on: self._pane.view.set_time(None if on else 0.5 * self._span()))
        self._playing: bool | None = None
        self.mode = Segments({"threshold": "Score from", "top": "Top", "varied": "Varied"}, "Keep", self._set_mode)
        self.slider = Slider("Score threshold of all linked panes")
        self.slider.setRange(0, _STEPS)
        self.slider.setMinimumWidth(120)
        self.slider.setMaximumWidth(340)
        self.threshold = QDoubleSpinBox()
        self.threshold.setRange(0.0, 1.0)
        self.threshold.setDecimals(3)
        self.threshold.setSingleStep(0.01)
        self.threshold.setAccessibleName("Score threshold, as a number")
        self.top = QSpinBox()
        self.top.setRange(1, MAX_HYPOTHESES)
        self.top.setAccessibleName("How many of the best to keep")
        for field in (self.threshold, self.top):
            padded(field)
        self.scope = label("", "muted")
        self.slider.valueChanged.connect(lambda value: self._pane.selection.set_threshold(value / _STEPS))
        self.threshold.valueChanged.connect(lambda value: self._pane.selection.set_threshold(value))
        self.top.valueChanged.connect(lambda value: self._pane.selection.set_top_n(value))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(
            header(
                *self.switches,
                self.play,
                self.time,
                self.all,
                None,
                self.scope,
                label("Keep"),
                self.mode,
                self.slider,
                self.threshold,
                self.top,
                footer=True,
            )
        )

    def _span(self) -> int:
        return max(len(self._pane.view.timesteps) - 1, 1)

    def _slide(self, value: int) -> None:
        self._pane.view.set_playing(False)
        self._pane.view.set_time(value / _STEPS * self._span())

    def refresh_time(self, pane: PaneModel, playing: bool) -> None:
        """Mirror the time of the pane that keys go to; playing says whether it or one linked to it plays."""
        self._pane = pane
        with QSignalBlocker(self.time):
            self.time.setValue(0 if pane.view.time is None else round(pane.view.time / self._span() * _STEPS))
        self.all.setChecked(pane.view.time is None)
        if playing != self._playing:
            self._playing = playing
            self.play.setAccessibleName("Rest" if playing else "Play the motion")
            self.play.setIcon(icon("pause" if playing else "play", self._theme.text))

    def _set_mode(self, mode: str) -> None:
        self._pane.selection.set_mode(mode)

    def refresh(self, pane: PaneModel, scope: str) -> None:
        """Mirror the pane that keys go to; scope says which panes follow."""
        self._pane = pane
        selection = pane.selection
        for switch, visible in zip(self.switches, pane.view.timesteps, strict=False):
            switch.setChecked(visible)
        with QSignalBlocker(self.slider):
            self.slider.setValue(round(selection.threshold * _STEPS))
        with QSignalBlocker(self.threshold):
            self.threshold.setValue(selection.threshold)
        with QSignalBlocker(self.top):
            self.top.setValue(selection.top_n)
        self.mode.show_choice(selection.mode)
        for widget in (self.slider, self.threshold):
            widget.setVisible(selection.mode == "threshold")
        self.top.setVisible(selection.counts)
        self.scope.setText(scope)

    def set_theme(self, theme: Theme) -> None:
        """Colour the switches and the icon."""
        self._theme = theme
        self.play.setIcon(icon("pause" if self._playing else "play", theme.text))
        for switch in self.switches:
            switch.theme = theme
            switch.update()
