"""How far the kept hypotheses scatter, joint by joint and timestep by timestep."""

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from handviz.app.models.coloring import round_up
from handviz.app.models.palette import timestep_colors
from handviz.app.models.study import StudyModel
from handviz.app.overlays import color_of
from handviz.app.study.canvas import Canvas
from handviz.app.study.plotting import Plot
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
        super().__init__(study, Canvas("Spread of each joint", square=False, upwards=True, axes=True))
        self.heights = np.zeros((0, 0))
        """(T, 20) mm."""
        self._joints = [joint for joint in range(len(JOINT_NAMES)) if joint != WRIST]
        self._centres = np.array([finger * _GROUP + part for finger in range(len(FINGERS)) for part in range(_PARTS)])
        self.canvas.zooms = False
        self.canvas.grid = True
        self.canvas.x_ticks = [(finger * _GROUP + 1.5, name.capitalize()) for finger, name in enumerate(FINGERS)]
        self.canvas.hovered.connect(self._hover)

    def show_data(self) -> None:
        prediction = self.study.prediction
        self.heights = np.zeros((0, 0))
        if prediction is None:
            return
        if not prediction.has_joints:
            self.say("The joints of these hypotheses are unknown, and so is how far each of them scatters.")
            return
        self.say("")
        # The axis stays while a threshold is dragged, so that it is the bars that move.
        top = round_up(1.05 * float(joint_spread_mm(prediction.joints).max()))
        self.canvas.set_bounds((-0.8, 0.0), (len(FINGERS) * _GROUP - 1.0, top))
        self.show_selection()

    def show_selection(self) -> None:
        prediction, kept = self.study.prediction, self.selection.kept
        if prediction is None or not prediction.has_joints or len(kept) != prediction.num_hypotheses:
            return
        timesteps = len(prediction.timesteps)
        spread = joint_spread_mm(prediction.joints[kept]) if kept.any() else np.zeros((timesteps, len(JOINT_NAMES)))
        self.heights = spread[:, self._joints]
        self.note.setText(f"mm, of {int(kept.sum())} kept" if kept.any() else "none kept")
        self.canvas.update()

    def show_hovered(self) -> None:
        """Bars are of all that are kept."""

    def draw(self, painter: QPainter) -> None:
        if not self.heights.size:
            return
        painter.setPen(QPen(QColor(self.theme.muted), 0.5))
        width = _FILLED / len(self.heights)
        for timestep, color in enumerate(timestep_colors(len(self.heights))):
            painter.setBrush(color_of(color))
            left = self._centres - 0.5 * _FILLED + timestep * width
            feet = self.canvas.at(np.stack([left, np.zeros_like(left)], -1))
            tops = self.canvas.at(np.stack([left + width, self.heights[timestep]], -1))
            painter.drawRects([QRectF(foot, top).normalized() for foot, top in zip(feet, tops, strict=True)])

    def _hover(self, place: np.ndarray) -> None:
        prediction = self.study.prediction
        nearest = int(np.abs(self._centres - place[0]).argmin())
        away = place[0] - self._centres[nearest]
        if prediction is None or not self.heights.size or abs(away) > 0.5 or place[1] < 0:
            self.tell("")
            return
        timestep = int(np.clip((away / _FILLED + 0.5) * len(self.heights), 0, len(self.heights) - 1))
        name = JOINT_NAMES[self._joints[nearest]].replace("_", " ").capitalize()
        self.tell(f"{name}, {prediction.timesteps[timestep]}: {self.heights[timestep, nearest]:.1f} mm")
