"""Paths of the fingertips from past to future, painted over a picture of the hands."""

import numpy as np
from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from handviz.app.models.palette import moment_color
from handviz.app.overlays import color_of
from handviz.geometry.cameras import Camera
from handviz.geometry.skeleton import FINGERTIP_JOINTS
from handviz.hypotheses.motion import at_time
from handviz.hypotheses.prediction import Prediction

FEW, MANY = 20, 60
"""Up to FEW hypotheses have bold paths in fine steps, beyond MANY thin ones in coarse steps."""
_CASING = QColor(0, 0, 0, 120)


class Trails:
    """The fingertips' paths of one prediction."""

    def __init__(self) -> None:
        self._prediction: Prediction | None = None
        self._steps = 0
        self._paths = np.zeros((0, 0, 0, 3), np.float32)

    def paths(self, prediction: Prediction, steps: int) -> np.ndarray:
        """(K, steps + 1, 5, 3) metres, past to future in even times."""
        if prediction is not self._prediction or steps != self._steps:
            tips = prediction.joints[:, :, list(FINGERTIP_JOINTS)]
            times = np.linspace(0.0, tips.shape[1] - 1, steps + 1)
            self._prediction, self._steps = prediction, steps
            self._paths = np.stack([at_time(tips, time) for time in times], 1)
        return self._paths

    def draw(
        self, painter: QPainter, prediction: Prediction, mask: np.ndarray, camera: Camera, scale: float = 1.0
    ) -> None:
        """Draw those of hypotheses in mask (K,) as the camera sees them, pixels times scale; dots mark the future."""
        count = int(mask.sum())
        if not prediction.has_joints or not count:
            return
        steps = 10 if count <= FEW else 6 if count <= MANY else 4
        paths = self.paths(prediction, steps)[mask]
        if camera.to_camera(paths.reshape(-1, 3))[:, 2].min() <= 1e-3:
            # Behind the camera projections mean nothing.
            return
        points = scale * camera.project(paths)
        width = 2.0 if count <= FEW else 1.2
        segments = [
            [
                QLineF(*start, *end)
                for start, end in zip(
                    points[:, step].reshape(-1, 2).tolist(), points[:, step + 1].reshape(-1, 2).tolist(), strict=True
                )
            ]
            for step in range(steps)
        ]
        if count <= FEW:
            painter.setPen(QPen(_CASING, width + 2.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
            for lines in segments:
                painter.drawLines(lines)
        for step, lines in enumerate(segments):
            color = color_of(moment_color((step + 0.5) / steps))
            painter.setPen(QPen(color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
            painter.drawLines(lines)
        if count <= FEW:
            painter.setPen(QPen(_CASING, 1.0))
            painter.setBrush(color_of(moment_color(1.0)))
            for x, y in points[:, -1].reshape(-1, 2).tolist():
                painter.drawEllipse(QPointF(x, y), 2.8, 2.8)
            painter.setBrush(Qt.BrushStyle.NoBrush)
