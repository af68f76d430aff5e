"""All scores at a glance: a histogram in which every cell is a hypothesis, and the line that cuts it can be dragged."""

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from handviz.app.models.score_axis import ScoreAxis, cut_of, stacked, top_n_at
from handviz.app.models.session import SessionModel
from handviz.app.models.signal import Signal
from handviz.app.theme import DARK, Theme

_LINE_REACH = 7.0
_HEAD = 20.0
"""Pixels above the cells for the value of the line."""
_FOOT = 20.0
"""Pixels under the cells for the scale."""
_TALLEST_CELL = 16.0
_LEAST_GAPPED_CELL = 4.0
"""Smaller cells touch each other."""


class ScoreHistogram(QWidget):
    """Kept hypotheses are filled cells, the others hollow; selected ones are bright, the chosen one has a mark beneath.

    Dragging the line, or from empty space, moves the threshold (or changes n); a click on a cell selects it, with Ctrl
    more of them; the wheel zooms the axis, a double click shows all scores again. axis_changed is emitted after a zoom.
    """

    def __init__(self, session: SessionModel) -> None:
        super().__init__()
        self.axis_changed = Signal()
        self.axis = ScoreAxis()
        self._follows_scores = True
        self._selection = session.selection
        self._scores = np.zeros(0)
        self._dragging = False
        self._cells_of: tuple[object, ...] = ()
        self._cells: list[QRectF | None] = []
        self.theme: Theme = DARK
        self.setMinimumHeight(118)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setAccessibleName("Histogram of scores")
        self.setAccessibleDescription("Every cell is a hypothesis; the line divides the kept ones from the others.")
        self._selection.changed.connect(self._changed)
        self._selection.hover_changed.connect(self.update)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(220, 118)

    def _changed(self) -> None:
        scores = self._selection.scores
        if scores is not self._scores:
            self._scores = scores
            self._cells_of = ()
            if self._follows_scores and len(scores):
                self._set_axis(ScoreAxis.around(scores))
        self.update()

    def show_whole(self, whole: bool) -> None:
        """Show 0 to 1, or the stretch that holds the scores."""
        self._follows_scores = not whole
        self._set_axis(ScoreAxis() if whole else ScoreAxis.around(self._scores))

    def _set_axis(self, axis: ScoreAxis) -> None:
        if axis != self.axis:
            self.axis = axis
            self.axis_changed.emit()
            self.update()

    def _plot(self) -> QRectF:
        return QRectF(8.0, _HEAD, max(self.width() - 16.0, 1.0), max(self.height() - _HEAD - _FOOT, 1.0))

    def _x_of(self, score: float) -> float:
        plot = self._plot()
        return plot.left() + plot.width() * self.axis.fraction(score)

    def _score_at(self, x: float) -> float:
        plot = self._plot()
        return self.axis.at((x - plot.left()) / plot.width())

    @property
    def line(self) -> float:
        """The score at which the line stands."""
        selection = self._selection
        return selection.threshold if selection.mode == "threshold" else cut_of(selection.scores, selection.top_n)

    def line_x(self) -> float:
        """Where the line stands in the widget, held at the end beyond which it lies."""
        plot = self._plot()
        return float(np.clip(self._x_of(self.line), plot.left(), plot.right()))

    def cells(self) -> list[QRectF | None]:
        """The cell of every hypothesis; None for those off the axis."""
        plot = self._plot()
        state = (self.axis, plot.getRect())
        if state != self._cells_of:
            self._cells_of = state
            self._cells = self._lay_out(plot)
        return self._cells

    def _lay_out(self, plot: QRectF) -> list[QRectF | None]:
        count = len(self._scores)
        bins = int(np.clip(round(3.0 * np.sqrt(count)), 8, max(plot.width() // 5, 8)))
        place, level = stacked(self._scores, self.axis, bins)
        tallest = int(level[place >= 0].max(initial=0)) + 1
        width, height = plot.width() / bins, min(plot.height() / tallest, _TALLEST_CELL)
        gap = 1.5 if min(width, height) >= _LEAST_GAPPED_CELL else 0.0
        return [
            None
            if bin_ < 0
            else QRectF(
                plot.left() + bin_ * width + gap / 2,
                plot.bottom() - (row + 1) * height,
                width - gap,
                height - gap,
            )
            for bin_, row in zip(place.tolist(), level.tolist(), strict=True)
        ]

    def hypothesis_at(self, position: QPointF) -> int | None:
        """The hypothesis whose cell lies at a place of the widget."""
        for hypothesis, cell in enumerate(self.cells()):
            if cell is not None and cell.adjusted(-1, -1, 1, 1).contains(position):
                return hypothesis
        return None

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_scale(painter)
        if len(self._scores):
            self._paint_cells(painter)
            self._paint_line(painter)

    def _paint_scale(self, painter: QPainter) -> None:
        plot = self._plot()
        painter.setPen(QPen(QColor(self.theme.border), 1.0))
        painter.drawLine(QLineF(plot.left(), plot.bottom() + 0.5, plot.right(), plot.bottom() + 0.5))
        font = QFont(self.font())
        font.setPointSizeF(0.85 * font.pointSizeF())
        painter.setFont(font)
        for score, text in self.axis.ticks():
            x = self._x_of(score)
            painter.setPen(QPen(QColor(self.theme.border), 1.0))
            painter.drawLine(QLineF(x, plot.bottom(), x, plot.bottom() + 4))
            painter.setPen(QColor(self.theme.muted))
            left = float(np.clip(x - 30, -18, self.width() - 42))
            painter.drawText(QRectF(left, plot.bottom() + 4, 60, 15), Qt.AlignmentFlag.AlignCenter, text)

    def _paint_cells(self, painter: QPainter) -> None:
        theme, selection = self.theme, self._selection
        kept, cells = selection.kept, self.cells()
        accent, muted, bright = QColor(theme.accent), QColor(theme.muted), QColor(theme.text)
        for hypothesis, cell in enumerate(cells):
            if cell is None:
                continue
            selected = hypothesis in selection.selected
            color = bright if selected else accent if kept[hypothesis] else muted
            if kept[hypothesis] or selected:
                painter.fillRect(cell, color)
            elif min(cell.width(), cell.height()) >= _LEAST_GAPPED_CELL:
                painter.setPen(QPen(color, 1.0))
                painter.drawRect(cell.adjusted(0.5, 0.5, -0.5, -0.5))
            else:
                faint = QColor(color)
                faint.setAlphaF(0.45)
                painter.fillRect(cell, faint)
        if selection.hovered is not None and cells[selection.hovered] is not None:
            painter.setPen(QPen(bright, 2.0))
            painter.drawRect(cells[selection.hovered].adjusted(-1.5, -1.5, 1.5, 1.5))
        cell = cells[selection.chosen] if selection.chosen is not None else None
        if cell is not None:
            x, y = cell.center().x(), self._plot().bottom() + 1.5
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(bright)
            painter.drawPolygon(QPolygonF([QPointF(x, y), QPointF(x - 4, y + 6), QPointF(x + 4, y + 6)]))
            painter.setBrush(Qt.BrushStyle.NoBrush)

    def _paint_line(self, painter: QPainter) -> None:
        theme, selection, plot = self.theme, self._selection, self._plot()
        if not self._has_line:
            return
        x = round(self.line_x()) + 0.5
        # A casing of the background keeps the line apart from the cells.
        for color, width in ((theme.panel, 4.0), (theme.text, 1.6)):
            painter.setPen(QPen(QColor(color), width))
            painter.drawLine(QLineF(x, _HEAD - 3, x, plot.bottom()))
        text = f"{selection.threshold:.3f}" if selection.mode == "threshold" else f"Top {selection.top_n}"
        beyond = self.axis.fraction(self.line)
        text = f"‹ {text}" if beyond < -1e-9 else f"{text} ›" if beyond > 1.0 + 1e-9 else text
        width = painter.fontMetrics().horizontalAdvance(text) + 12.0
        flag = QRectF(float(np.clip(x - width / 2, 0.5, max(self.width() - width - 0.5, 0.5))), 0.5, width, 16.0)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.text))
        painter.drawRoundedRect(flag, 4.0, 4.0)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QColor(theme.panel))
        painter.drawText(flag, Qt.AlignmentFlag.AlignCenter, text)

    @property
    def _has_line(self) -> bool:
        """Where good ones that differ are kept, no line parts them from the others."""
        return self._selection.mode != "varied"

    def _near_line(self, position: QPointF) -> bool:
        return self._has_line and abs(position.x() - self.line_x()) <= _LINE_REACH

    def _move_line(self, x: float) -> None:
        selection = self._selection
        if selection.mode == "threshold":
            selection.set_threshold(self._score_at(x))
        elif self._has_line:
            selection.set_top_n(top_n_at(selection.scores, self._score_at(x)))

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.button() != Qt.MouseButton.LeftButton or not len(self._scores):
            return
        hypothesis = self.hypothesis_at(event.position())
        self._dragging = self._near_line(event.position()) or hypothesis is None
        if hypothesis is None:
            if not self._near_line(event.position()):
                self._move_line(event.position().x())
        elif not self._dragging:
            if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self._selection.toggle(hypothesis)
            else:
                self._selection.choose(hypothesis)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if self._dragging:
            self._move_line(event.position().x())
            return
        near = len(self._scores) and self._near_line(event.position())
        hypothesis = None if near else self.hypothesis_at(event.position())
        self.setCursor(
            Qt.CursorShape.SizeHorCursor
            if near
            else Qt.CursorShape.PointingHandCursor
            if hypothesis is not None
            else Qt.CursorShape.ArrowCursor
        )
        self._selection.hover(hypothesis)
        if hypothesis is not None:
            text = f"Hypothesis {hypothesis + 1}: score {self._scores[hypothesis]:.3f}"
            QToolTip.showText(event.globalPosition().toPoint(), text, self)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self._dragging = False

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if not self._near_line(event.position()):
            self.show_whole(False)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        self._selection.hover(None)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        if len(self._scores):
            self._follows_scores = False
            factor = 1.25 ** (event.angleDelta().y() / 120.0)
            self._set_axis(self.axis.zoomed(factor, self._score_at(event.position().x())))
        event.accept()
