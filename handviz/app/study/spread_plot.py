"""How far the kept hypotheses scatter, joint by joint and timestep by timestep."""

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QToolTip

from handviz.app.models.coloring import round_up
from handviz.app.models.palette import timestep_colors
from handviz.app.models.study import StudyModel
from handviz.app.study.plotting import Canvas, Plot
from handviz.app.theme import Theme
from handviz.geometry.skeleton import FINGERS, JOINT_NAMES, WRIST
from handviz.hypotheses.diversity import joint_spread_mm

_PARTS = 4
_GROUP = _PARTS + 1.0
"""Width of a finger's joints with the gap after them."""
_FILLED = 0.84
"""Share of a joint's width that its bars take."""


class SpreadPlot(Plot):
    """A bar for each timestep of each joint; the wrist, from which the others are measured, has none."""

    title = "Spread"

    def __init__(self, study: StudyModel) -> None:
        super().__init__(study, Canvas("Spread of each joint"))
        self._bars: list[pg.BarGraphItem] = []
        self._heights = np.zeros((0, 0))
        self._joints = [joint for joint in range(len(JOINT_NAMES)) if joint != WRIST]
        self._centres = np.array([finger * _GROUP + part for finger in range(len(FINGERS)) for part in range(_PARTS)])
        self.canvas.setMouseEnabled(x=False, y=False)
        self.canvas.showGrid(y=True, alpha=0.25)
        ticks = [(finger * _GROUP + 1.5, name.capitalize()) for finger, name in enumerate(FINGERS)]
        self.canvas.getAxis("bottom").setTicks([ticks])
        self.canvas.setXRange(-0.8, len(FINGERS) * _GROUP - 1.0, padding=0.0)
        self.canvas.hovered.connect(self._hover)

    def show_data(self) -> None:
        prediction = self.study.prediction
        for bar in self._bars:
            self.canvas.removeItem(bar)
        self._bars = []
        if prediction is None:
            return
        if not prediction.has_joints:
            self.say("The joints of these hypotheses are unknown, and so is how far each of them scatters.")
            return
        self.say("")
        whole = joint_spread_mm(prediction.joints)
        # The axis stays while a threshold is dragged, so that it is the bars that move.
        self.canvas.setYRange(0.0, round_up(1.05 * float(whole.max())), padding=0.0)
        timesteps = len(prediction.timesteps)
        width = _FILLED / timesteps
        edge = pg.mkPen(self.theme.muted, width=0.5)
        for timestep, color in enumerate(timestep_colors(timesteps)):
            centres = self._centres - 0.5 * _FILLED + (timestep + 0.5) * width
            brush = pg.mkBrush(*(round(255 * float(channel)) for channel in color))
            bar = pg.BarGraphItem(x=centres, height=np.zeros(len(centres)), width=width, brush=brush, pen=edge)
            self.canvas.addItem(bar, ignoreBounds=True)
            self._bars.append(bar)
        self.show_selection()

    def show_selection(self) -> None:
        prediction, kept = self.study.prediction, self.selection.kept
        if prediction is None or not self._bars or len(kept) != prediction.num_hypotheses:
            return
        timesteps = len(prediction.timesteps)
        spread = joint_spread_mm(prediction.joints[kept]) if kept.any() else np.zeros((timesteps, len(JOINT_NAMES)))
        self._heights = spread[:, self._joints]
        for bar, heights in zip(self._bars, self._heights, strict=True):
            bar.setOpts(height=heights)
        self.note.setText(f"mm, of {int(kept.sum())} kept" if kept.any() else "none kept")

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        for bar in self._bars:
            bar.setOpts(pen=pg.mkPen(theme.muted, width=0.5))

    def _hover(self, place: QPointF) -> None:
        prediction = self.study.prediction
        nearest = int(np.abs(self._centres - place.x()).argmin())
        away = place.x() - self._centres[nearest]
        if prediction is None or not self._heights.size or abs(away) > 0.5 or place.y() < 0:
            QToolTip.hideText()
            return
        timestep = int(np.clip((away / _FILLED + 0.5) * len(self._heights), 0, len(self._heights) - 1))
        name = JOINT_NAMES[self._joints[nearest]].replace("_", " ").capitalize()
        text = f"{name}, {prediction.timesteps[timestep]}: {self._heights[timestep, nearest]:.1f} mm"
        QToolTip.showText(self.canvas.cursor().pos(), text, self.canvas)
