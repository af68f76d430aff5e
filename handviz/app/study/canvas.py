"""Plot units on a widget, with axes, zoom, clicks and a lasso."""

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from handviz.app.models.plot_view import PlotView, ticks
from handviz.app.theme import DARK, Theme

ADDS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
"""Keys with which a click or a lasso selects more instead of something else."""
_CLICK_REACH = 4.0
"""Pixels the pointer may move between press and release of a click."""
_AXIS_LEFT, _AXIS_BOTTOM = 36.0, 20.0
_MARGIN = 8.0


class Canvas(QWidget):
    """Plot units on a widget, with axes where wanted; draw paints the data between them.

    The wheel zooms, the middle button pans, a double click shows all again; left drags draw a lasso where one is
    wanted. clicked and lassoed carry a place (2,) or an outline (M, 2) in plot units and the keys that are held.
    """

    clicked = Signal(object, object)
    lassoed = Signal(object, object)
    hovered = Signal(object)
    """Place (2,) in plot units of the pointer."""
    left = Signal()

    def __init__(self, name: str, square: bool, upwards: bool, axes: bool, lasso: bool = False) -> None:
        super().__init__()
        self._square, self._upwards, self._axes, self._lassoes = square, upwards, axes, lasso
        self.zooms = True
        self.draw: Callable[[QPainter], None] = lambda painter: None
        self.x_ticks: list[tuple[float, str]] | None = None
        """Texts along the lower axis where they are not numbers."""
        self.grid = False
        self.view = PlotView()
        self.theme: Theme = DARK
        self._bounds = (0.0, 0.0), (1.0, 1.0)
        self._fitted = True
        self._press: QPointF | None = None
        self._button = Qt.MouseButton.NoButton
        self._last = QPointF()
        self._moved = False
        self.outline: list[tuple[float, float]] = []
        """Corners of the lasso in plot units while it is drawn."""
        self.setAccessibleName(name)
        self.setMouseTracking(True)
        self.setMinimumHeight(90)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def area(self) -> QRectF:
        """Pixels between the axes."""
        left, bottom = (_AXIS_LEFT, _AXIS_BOTTOM) if self._axes else (_MARGIN, _MARGIN)
        return QRectF(
            left, _MARGIN, max(self.width() - left - _MARGIN, 1.0), max(self.height() - bottom - _MARGIN, 1.0)
        )

    def set_bounds(self, low: tuple[float, float], high: tuple[float, float]) -> None:
        """Show plot units from low to high."""
        self._bounds = low, high
        self.fit()

    def fit(self) -> None:
        """Show all of it."""
        area = self.area()
        pixels = area.left(), area.top(), area.width(), area.height()
        self.view = PlotView.fitting(*self._bounds, pixels, self._square, self._upwards)
        self._fitted = True
        self.update()

    def at(self, points: np.ndarray) -> list[QPointF]:
        """Where points (N, 2) in plot units lie in the widget."""
        return [QPointF(x, y) for x, y in self.view.to_pixels(points).tolist()]

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._axes:
            self._paint_axes(painter)
        painter.save()
        if self._axes:
            painter.setClipRect(self.area().adjusted(0, -_MARGIN, _MARGIN, 1))
        self.draw(painter)
        if self.outline:
            fill = QColor(self.theme.accent)
            fill.setAlpha(40)
            painter.setBrush(fill)
            painter.setPen(QPen(QColor(self.theme.accent), 1.5))
            painter.drawPolygon(QPolygonF(self.at(np.array(self.outline))))
        painter.restore()

    def _paint_axes(self, painter: QPainter) -> None:
        area, line = self.area(), QPen(QColor(self.theme.border), 1.0)
        font = QFont(self.font())
        font.setPointSizeF(0.85 * font.pointSizeF())
        painter.setFont(font)
        (left, top), (right, bottom) = self.view.to_plot(
            np.array([[area.left(), area.top()], [area.right(), area.bottom()]])
        )
        low, high = sorted((float(top), float(bottom)))
        along = ticks(float(left), float(right), int(area.width() // 50)) if self.x_ticks is None else self.x_ticks
        up = ticks(low, high, int(area.height() // 28))
        painter.setPen(line)
        painter.drawLines([QLineF(area.topLeft(), area.bottomLeft()), QLineF(area.bottomLeft(), area.bottomRight())])
        for value, text in along:
            x = float(self.view.to_pixels(np.array([value, 0.0]))[0])
            painter.setPen(QColor(self.theme.muted))
            painter.drawText(QRectF(x - 40, area.bottom() + 3, 80, 16), Qt.AlignmentFlag.AlignCenter, text)
        for value, text in up:
            y = float(self.view.to_pixels(np.array([0.0, value]))[1])
            if self.grid:
                painter.setPen(line)
                painter.drawLine(QLineF(area.left(), y, area.right(), y))
            painter.setPen(QColor(self.theme.muted))
            flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(0, y - 8, area.left() - 5, 16), flags, text)

    def _plot(self, position: QPointF) -> np.ndarray:
        return self.view.to_plot(np.array([position.x(), position.y()]))

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self._press = self._last = event.position()
        self._button = event.button()
        self._moved = False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        position = event.position()
        if self._press is None:
            self.hovered.emit(self._plot(position))
            return
        away = position - self._press
        if not self._moved and max(abs(away.x()), abs(away.y())) < _CLICK_REACH:
            return
        self._moved = True
        if self._button == Qt.MouseButton.MiddleButton and self.zooms:
            step = position - self._last
            self._change_view(self.view.panned(step.x(), step.y()))
        elif self._button == Qt.MouseButton.LeftButton and self._lassoes:
            corners = [position] if self.outline else [self._press, position]
            self.outline += [tuple(self._plot(corner).tolist()) for corner in corners]
            self.update()
        self._last = position

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        pressed, self._press = self._press, None
        outline, self.outline = self.outline, []
        if pressed is None or event.button() != Qt.MouseButton.LeftButton:
            return
        if outline:
            self.update()
            self.lassoed.emit(np.array(outline), event.modifiers())
        elif not self._moved:
            self.clicked.emit(self._plot(event.position()), event.modifiers())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        if self.zooms:
            place = event.position()
            self._change_view(self.view.zoomed(1.2 ** (event.angleDelta().y() / 120.0), place.x(), place.y()))
        event.accept()

    def _change_view(self, view: PlotView) -> None:
        self.view = view
        self._fitted = False
        self.update()

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        self.left.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        if self._fitted:
            self.fit()
