"""What colours mean, over the viewport: a scale with its numbers, or the clusters with their shares."""

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from handviz.app.models.coloring import Scale
from handviz.app.models.palette import scale_table
from handviz.app.theme import DARK, Theme

_BAR, _MARGIN = 10.0, 12.0


class ColorKey(QWidget):
    """A panel with a scale under its title, and rows of a colour and its text; an empty one hides itself."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.theme: Theme = DARK
        self.title = ""
        self.scale: Scale | None = None
        self.rows: list[tuple[QColor, str]] = []
        self._image = QImage()
        self.hide()

    def show_key(self, title: str, scale: Scale | None, rows: list[tuple[QColor, str]]) -> None:
        """Say what colours mean; nothing where there is neither a scale nor a row."""
        if (title, scale, rows) == (self.title, self.scale, self.rows):
            return
        self.title, self.scale, self.rows, self._image = title, scale, rows, QImage()
        if scale is not None:
            table = np.ascontiguousarray(scale_table(scale.table))
            # The copy matters: QImage does not own the array's memory.
            self._image = QImage(table.data, len(table), 1, 3 * len(table), QImage.Format.Format_RGB888).copy()
        ticks = [text for _, text in scale.ticks()] if scale is not None else []
        self.setAccessibleName(f"Legend: {title}")
        self.setAccessibleDescription(", ".join([*ticks, *(text for _, text in rows)]))
        self.setVisible(scale is not None or bool(rows))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        metrics = self.fontMetrics()
        width = max((metrics.horizontalAdvance(text) + 20 for _, text in self.rows), default=0)
        width = max(width, metrics.horizontalAdvance(self.title), 196 if self.scale is not None else 0)
        return QSize(round(width + 2 * _MARGIN), round(self._rows_top() + len(self.rows) * self._line() + 7.0))

    def _line(self) -> float:
        return self.fontMetrics().height() + 3.0

    def _rows_top(self) -> float:
        line = self._line()
        return 7.0 + (line if self.title else 0.0) + (_BAR + line + 9.0 if self.scale is not None else 0.0)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill = QColor(self.theme.panel)
        fill.setAlpha(235)
        painter.setBrush(fill)
        painter.setPen(QPen(QColor(self.theme.border), 1.0))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        line = self._line()
        painter.setPen(QColor(self.theme.text))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(QRectF(_MARGIN, 7.0, self.width(), line), flags, self.title)
        if self.scale is not None:
            self._paint_scale(painter, 7.0 + line + 4.0)
        for index, (color, text) in enumerate(self.rows):
            row = QRectF(_MARGIN, self._rows_top() + index * line, self.width(), line)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawRoundedRect(QRectF(_MARGIN, row.center().y() - 5.5, 11, 11), 3, 3)
            painter.setPen(QColor(self.theme.text))
            painter.drawText(row.adjusted(20, 0, 0, 0), flags, text)

    def _paint_scale(self, painter: QPainter, top: float) -> None:
        bar = QRectF(_MARGIN, top, self.width() - 2 * _MARGIN, _BAR)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(bar, self._image)
        ticks = self.scale.ticks()
        painter.setPen(QColor(self.theme.muted))
        line = self._line()
        for place, (_, text) in enumerate(ticks):
            x = bar.left() + bar.width() * place / (len(ticks) - 1)
            flag = (Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignHCenter, Qt.AlignmentFlag.AlignRight)[place]
            left = (x, x - 50.0, x - 100.0)[place]
            painter.drawText(QRectF(left, bar.bottom() + 2.0, 100.0, line), flag, text)
