"""Dots of a size in pixels at places in plot units, painted in one go: hundreds of them move with every step of a
threshold."""

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from handviz.app.theme import DARK, Theme

_RADIUS = 4.5


class MapDots(pg.GraphicsObject):
    """Filled or hollow dots, rings around some of them, one ring for the hovered one, a number beside the chosen."""

    def __init__(self) -> None:
        super().__init__()
        self.places = np.zeros((0, 2))
        self._fills: list[QBrush] = []
        self._filled = np.zeros(0, bool)
        self._ringed: frozenset[int] = frozenset()
        self._numbered: int | None = None
        self._hovered: int | None = None
        self.theme: Theme = DARK

    def set_dots(self, places: np.ndarray, colors: np.ndarray) -> None:
        """Take places (K, 2) in plot units with colours (K, 3) uint8, all hollow."""
        self.prepareGeometryChange()
        self.places = places
        self._fills = [QBrush(QColor(*color)) for color in colors.tolist()]
        self._filled = np.zeros(len(places), bool)
        self._ringed, self._numbered, self._hovered = frozenset(), None, None
        self.informViewBoundsChanged()
        self.update()

    def mark(self, filled: np.ndarray, ringed: frozenset[int], numbered: int | None) -> None:
        """Fill the dots of a mask (K,), draw rings around some, and a number beside one."""
        self._filled, self._ringed, self._numbered = filled, ringed, numbered
        self.update()

    def hover(self, dot: int | None) -> None:
        """Mark the dot under the pointer."""
        self._hovered = dot if dot is not None and dot < len(self.places) else None
        self.update()

    def boundingRect(self) -> QRectF:  # noqa: N802
        if not len(self.places):
            return QRectF()
        (left, top), (right, bottom) = self.places.min(0), self.places.max(0)
        width, height = self.pixelVectors()
        # Rings and the number reach beyond the places by so many pixels.
        across = 40.0 * (width.length() if width is not None else 0.0)
        down = 20.0 * (height.length() if height is not None else 0.0)
        return QRectF(left - across, top - down, right - left + 2 * across, bottom - top + 2 * down)

    def dataBounds(self, axis: int, frac: float = 1.0, orthoRange: object = None) -> tuple[float, float] | None:  # noqa: N802, N803
        """What the view fits: the places alone."""
        if not len(self.places):
            return None
        values = self.places[:, axis]
        return float(values.min()), float(values.max())

    def viewTransformChanged(self) -> None:  # noqa: N802
        """The bounds hold a margin in pixels."""
        self.prepareGeometryChange()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        transform = self.deviceTransform_()
        if transform is None:
            return
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        spots = [transform.map(QPointF(x, y)) for x, y in self.places.tolist()]
        painter.setPen(QPen(QColor(self.theme.muted), 1.0))
        for filled in (False, True):
            # Kept ones lie over the others.
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for dot in np.flatnonzero(self._filled == filled).tolist():
                if filled:
                    painter.setBrush(self._fills[dot])
                painter.drawEllipse(spots[dot], _RADIUS, _RADIUS)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(self.theme.text), 2.0))
        for dot in self._ringed:
            painter.drawEllipse(spots[dot], _RADIUS + 3.5, _RADIUS + 3.5)
        if self._numbered is not None:
            painter.drawText(spots[self._numbered] + QPointF(9, -6), str(self._numbered + 1))
        if self._hovered is not None:
            painter.setPen(QPen(QColor(self.theme.accent), 2.5))
            painter.drawEllipse(spots[self._hovered], _RADIUS + 5.5, _RADIUS + 5.5)
