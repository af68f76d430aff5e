"""All scores at a glance: one bar a hypothesis, best first, with the threshold as a line that can be dragged."""

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from handviz.app.models.session import SessionModel
from handviz.app.theme import DARK, Theme

_LINE_REACH = 6.0
_FOOT = 9.0
"""Height in pixels of the row under the bars that marks the chosen one."""


class ScoreStrip(QWidget):
    """Bars of the session's scores; kept ones are filled, the rest hollow, the chosen one has a mark beneath.

    A click chooses a hypothesis; dragging near the line moves the threshold.
    """

    def __init__(self, session: SessionModel) -> None:
        super().__init__()
        self._selection = session.selection
        self._dragging = False
        self.theme: Theme = DARK
        self.setMinimumHeight(96)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setAccessibleName("Scores of all hypotheses, best first")
        self._selection.changed.connect(self.update)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(220, 96)

    def _bars(self) -> QRectF:
        return QRectF(0.5, 4.5, self.width() - 1.0, self.height() - _FOOT - 8.0)

    def _line_y(self) -> float:
        bars = self._bars()
        return bars.bottom() - bars.height() * self._selection.threshold

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        bars = self._bars()
        theme, selection = self.theme, self._selection
        painter.setPen(QPen(QColor(theme.border), 1.0))
        painter.drawLine(QLineF(bars.left(), bars.bottom(), bars.right(), bars.bottom()))
        count = len(selection.scores)
        if not count:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pitch = bars.width() / count
        gap = min(3.0, 0.25 * pitch)
        kept = selection.kept
        for place, hypothesis in enumerate(selection.order):
            height = max(bars.height() * float(selection.scores[hypothesis]), 1.5)
            bar = QRectF(bars.left() + place * pitch + gap / 2, bars.bottom() - height, pitch - gap, height)
            chosen = hypothesis == selection.chosen
            color = QColor(theme.text if chosen else theme.accent if kept[hypothesis] else theme.muted)
            if kept[hypothesis] or chosen or pitch < 4.0:
                painter.fillRect(bar, color)
            else:
                painter.setPen(QPen(color, 1.2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(bar.adjusted(0.6, 0.6, -0.6, 0.0))
            if chosen:
                middle = min(max(bar.center().x(), bars.left() + 4.5), bars.right() - 4.5)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(theme.text))
                tip = bars.bottom() + 3.0
                painter.drawPolygon(
                    QPolygonF([QPointF(middle, tip), QPointF(middle - 4.5, tip + 7), QPointF(middle + 4.5, tip + 7)])
                )
        y = self._line_y()
        for color, width, style in ((theme.panel, 4.0, Qt.PenStyle.SolidLine), (theme.text, 1.6, Qt.PenStyle.DashLine)):
            painter.setPen(QPen(QColor(color), width, style))
            painter.drawLine(QLineF(bars.left(), y, bars.right(), y))

    def hypothesis_at(self, x: float) -> int | None:
        """The hypothesis whose bar stands at a pixel column."""
        bars = self._bars()
        count = len(self._selection.scores)
        place = int((x - bars.left()) / bars.width() * count) if count else -1
        return int(self._selection.order[place]) if 0 <= place < count else None

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._dragging = abs(event.position().y() - self._line_y()) <= _LINE_REACH
        hypothesis = self.hypothesis_at(event.position().x())
        if not self._dragging and hypothesis is not None:
            self._selection.choose(hypothesis)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        near = abs(event.position().y() - self._line_y()) <= _LINE_REACH
        self.setCursor(Qt.CursorShape.SizeVerCursor if near or self._dragging else Qt.CursorShape.PointingHandCursor)
        bars = self._bars()
        if self._dragging:
            self._selection.set_threshold((bars.bottom() - event.position().y()) / bars.height())
            return
        hypothesis = self.hypothesis_at(event.position().x())
        if hypothesis is not None:
            text = f"Hypothesis {hypothesis + 1}: score {self._selection.scores[hypothesis]:.2f}"
            QToolTip.showText(event.globalPosition().toPoint(), text, self)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self._dragging = False
