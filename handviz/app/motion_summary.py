"""Which way did it move? Arrows and shares of the kept hypotheses, at a glance and in words."""

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from handviz.app.models.scene import standing
from handviz.app.models.session import SessionModel
from handviz.app.theme import DARK, Theme
from handviz.hypotheses.motion import DEPTH_FIRST, Direction, motion_directions, percentages, summary

_MARGIN, _GLYPH, _GAP = 12.0, 22.0, 18.0
TITLE = "Fingertips"


class MotionSummary(QWidget):
    """One line: for each direction of the kept hypotheses an arrow as it runs in the photo, the share, the words."""

    def __init__(self, session: SessionModel) -> None:
        super().__init__()
        self._session = session
        self.directions: list[Direction] = []
        self.theme: Theme = DARK
        self._tip = (
            "Mean way of the five fingertips from past to future, as the photo sees it. A photo of a motion is one of "
            "its reverse too, so two opposite answers are what to expect."
        )
        for signal in (session.analysis_changed, session.prediction_changed, session.selection.changed,
                       session.view.content_changed):  # fmt: skip
            signal.connect(self.refresh)
        self.refresh()

    @property
    def text(self) -> str:
        """All of it as one sentence."""
        return summary(self.directions)

    def refresh(self) -> None:
        """Mirror the session."""
        analysis = self._session.analysis
        directions: list[Direction] = []
        if analysis is not None and len(self._session.selection.scores) == len(analysis.motion):
            mask = standing(self._session)
            if mask.any():
                directions = motion_directions(analysis.motion[mask])
        if [(d.words, d.share) for d in directions] != [(d.words, d.share) for d in self.directions]:
            self.directions = directions
            self.setAccessibleName(f"Which way the fingertips moved: {self.text}")
            self.setToolTip(f"{self.text}. {self._tip}")
        self.setVisible(bool(directions))
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(240, self.fontMetrics().height() + 14)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(self.theme.panel))
        painter.setPen(QPen(QColor(self.theme.border), 1.0))
        painter.drawLine(QLineF(0, 0.5, self.width(), 0.5))
        plain = painter.font()
        bold = QFont(plain)
        bold.setWeight(QFont.Weight.DemiBold)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        x = _MARGIN

        def write(text: str, font: QFont, color: str) -> None:
            nonlocal x
            painter.setFont(font)
            painter.setPen(QColor(color))
            width = painter.fontMetrics().horizontalAdvance(text)
            painter.drawText(QRectF(x, 0, self.width() - x, self.height()), flags, text)
            x += width

        percents = percentages([direction.share for direction in self.directions])
        texts = [(f"{percent}% ", direction) for percent, direction in zip(percents, self.directions, strict=True)]
        metrics = QFontMetricsF(bold)
        widths = [_GLYPH + 6.0 + metrics.horizontalAdvance(text + direction.words) for text, direction in texts]
        room = self.width() - _MARGIN - metrics.horizontalAdvance(TITLE) - sum(widths)
        # Where it is tight gaps shrink first; what then has no room is in the tool tip.
        gap = min(max(room / max(len(texts), 1), _GAP / 2), _GAP)
        write(TITLE, plain, self.theme.muted)
        for index, ((percent, direction), width) in enumerate(zip(texts, widths, strict=True)):
            if x + gap + width > self.width():
                write(" …", plain, self.theme.muted)
                break
            x += gap
            # The first is the answer; the others step back.
            color = QColor(self.theme.accent if index == 0 else self.theme.muted)
            _draw_glyph(painter, direction, QPointF(x + _GLYPH / 2, self.height() / 2), color)
            x += _GLYPH + 6.0
            write(percent, bold, self.theme.text)
            write(direction.words, plain, self.theme.text if index == 0 else self.theme.muted)


def _draw_glyph(painter: QPainter, direction: Direction, centre: QPointF, color: QColor) -> None:
    """An arrow in the photo's plane; a ring for still hands, a dot in it towards the camera, a cross away from it."""
    painter.setPen(QPen(color, 2.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    right, down, forward = direction.way
    flat = float(np.hypot(right, down))
    if direction.kind == "still":
        painter.drawEllipse(centre, 3.5, 3.5)
    elif direction.kind == "other":
        for angle in np.pi * np.arange(3) / 3:
            arm = QPointF(7.0 * np.cos(angle), 7.0 * np.sin(angle))
            painter.drawLine(centre - arm, centre + arm)
    elif abs(forward) > DEPTH_FIRST * flat:
        painter.drawEllipse(centre, 7.0, 7.0)
        if forward < 0:
            painter.drawPoint(centre)
        else:
            for side in (-1, 1):
                painter.drawLine(centre + QPointF(-3.5, -3.5 * side), centre + QPointF(3.5, 3.5 * side))
    else:
        _draw_arrow(painter, centre, np.array([right, down]) / flat, color)


def _draw_arrow(painter: QPainter, centre: QPointF, way: np.ndarray, color: QColor) -> None:
    """An arrow through the centre."""
    forward, side = QPointF(*way.tolist()), QPointF(-float(way[1]), float(way[0]))
    tip = centre + forward * 10.0
    neck = tip - forward * 6.0
    painter.drawLine(centre - forward * 10.0, neck)
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawPolygon(QPolygonF([tip, neck + side * 4.0, neck - side * 4.0]))
    painter.restore()
