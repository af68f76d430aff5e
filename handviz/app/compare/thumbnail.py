"""A small picture of the hand in its photo, in the corner of a pane."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from handviz.app.models.affine import PhotoTransform, around
from handviz.app.models.crop_box import Box
from handviz.app.overlays import draw_photo
from handviz.app.theme import DARK, Theme

SIDE = 112
_MARGIN = 0.25
"""Of the hand box that is shown around it, in its longer side."""


class Thumbnail(QWidget):
    """Shows the part of a photo around the hand box, all of it where there is none."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._pyramid: tuple[QImage, ...] = ()
        self._box: Box | None = None
        self.theme: Theme = DARK
        self.setFixedSize(SIDE, SIDE)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName("The hand in its photo")
        self.hide()

    def show_photo(self, pyramid: tuple[QImage, ...], box: Box | None) -> None:
        """Show another photo, or another part of it; nothing without a photo."""
        self._pyramid, self._box = pyramid, box
        self.setVisible(bool(pyramid))
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(SIDE, SIDE)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        if not self._pyramid:
            return
        width, height = self._pyramid[0].width(), self._pyramid[0].height()
        region = (0.0, 0.0, float(width), float(height))
        if self._box is not None:
            region = around(self._box, _MARGIN, width, height)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        path = QPainterPath()
        path.addRoundedRect(frame, 7, 7)
        painter.fillPath(path, QColor(self.theme.panel))
        painter.setClipPath(path)
        draw_photo(painter, self._pyramid, PhotoTransform.fitting(region, SIDE, SIDE), SIDE, SIDE,
                   self.devicePixelRatioF())  # fmt: skip
        painter.setClipping(False)
        painter.setPen(QPen(QColor(self.theme.border), 1.0))
        painter.drawPath(path)
