"""What all plots share: pyqtgraph set up, a canvas without its menus, headings, and colours of the theme.

pyqtgraph takes half a second to import. This module and those of the plots are therefore imported when the plots are
first shown, away from the window's thread.
"""

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from handviz.app.controls import label
from handviz.app.models.coloring import Scale
from handviz.app.models.palette import scale_table
from handviz.app.models.study import StudyModel
from handviz.app.theme import DARK, Theme

# Rows of an image are rows of its array. At the end Qt's own parents clear up.
pg.setConfigOptions(antialias=True, imageAxisOrder="row-major", exitCleanup=False)


ADDS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
"""Keys with which a click or a lasso selects more instead of something else."""


class ClickBox(pg.ViewBox):
    """Tells left clicks instead of acting on them; the wheel zooms, the middle button pans."""

    clicked = Signal(object, object)
    """Place in plot units, and the keys that are held."""
    fit_wanted = Signal()

    def __init__(self, **how: bool) -> None:
        super().__init__(enableMenu=False, lockAspect=True, **how)

    def mouseDragEvent(self, event, axis=None) -> None:  # noqa: N802
        if event.button() == Qt.MouseButton.LeftButton:
            event.ignore()
        else:
            super().mouseDragEvent(event, axis)

    def mouseClickEvent(self, event) -> None:  # noqa: N802
        if event.button() != Qt.MouseButton.LeftButton:
            return
        event.accept()
        if event.double():
            self.fit_wanted.emit()
        else:
            self.clicked.emit(self.mapToView(event.pos()), event.modifiers())


class Canvas(pg.PlotWidget):
    """A plot with nothing but what is put into it. hovered carries the pointer in plot units, left says it is gone."""

    hovered = Signal(QPointF)
    left = Signal()

    def __init__(self, name: str, view_box: pg.ViewBox | None = None) -> None:
        super().__init__(viewBox=view_box, background=None)
        self.setAccessibleName(name)
        self.setFrameShape(self.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setMinimumHeight(90)
        self.hideButtons()
        self.getPlotItem().layout.setContentsMargins(4, 6, 10, 2)
        self.setMenuEnabled(False)
        self.scene().sigMouseMoved.connect(self._pointer_moved)

    def _pointer_moved(self, place: QPointF) -> None:
        self.hovered.emit(self.getViewBox().mapSceneToView(place))

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        self.left.emit()
        super().leaveEvent(event)

    def pixel(self) -> tuple[float, float]:
        """Width and height of a screen pixel in plot units."""
        width, height = self.getViewBox().viewPixelSize()
        return float(width), float(height)

    def set_theme(self, theme: Theme) -> None:
        """Colour the axes."""
        font = QFont(self.font())
        font.setPointSizeF(0.85 * font.pointSizeF())
        for side in ("left", "bottom"):
            axis = self.getAxis(side)
            axis.setPen(theme.border)
            axis.setTextPen(theme.muted)
            axis.setTickFont(font)
            axis.setStyle(tickLength=4)


class ScaleBar(QWidget):
    """A strip of colours between the numbers they stand for."""

    def __init__(self) -> None:
        super().__init__()
        self._scale: Scale | None = None
        self.theme: Theme = DARK
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_scale(self, scale: Scale | None) -> None:
        """Show a scale; None shows nothing."""
        self._scale = scale
        if scale is not None:
            self.setAccessibleName(f"{scale.title}, {' to '.join(self._ends(scale))} {scale.unit}".strip())
        self.updateGeometry()
        self.update()

    @staticmethod
    def _ends(scale: Scale) -> tuple[str, str]:
        ticks = scale.ticks()
        return ticks[0][1], ticks[-1][1]

    def sizeHint(self) -> QSize:  # noqa: N802
        if self._scale is None:
            return QSize(0, 18)
        low, high = self._ends(self._scale)
        return QSize(self.fontMetrics().horizontalAdvance(f"{low}{high} {self._scale.unit}") + 70, 18)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        scale = self._scale
        if scale is None:
            return
        painter = QPainter(self)
        low, high = self._ends(scale)
        left = self.fontMetrics().horizontalAdvance(low) + 6
        painter.setPen(QColor(self.theme.muted))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(0, 0, left, self.height()), middle, low)
        painter.drawText(QRectF(left + 56, 0, self.width(), self.height()), middle, f"{high} {scale.unit}".strip())
        table = scale_table(scale.table)
        strip = QImage(table.tobytes(), len(table), 1, 3 * len(table), QImage.Format.Format_RGB888)
        painter.drawImage(QRectF(left, (self.height() - 8) / 2, 50, 8), strip)


class Plot(QWidget):
    """A heading with a note and a scale over a canvas, or a sentence where there is nothing to plot."""

    title = ""

    def __init__(self, study: StudyModel, canvas: Canvas) -> None:
        super().__init__()
        self.study = study
        self.selection = study.session.selection
        self.canvas = canvas
        self.theme: Theme = DARK
        self.controls: tuple[QWidget, ...] = ()
        """Widgets for the pane's header, in sight while the plot is."""
        self.note = label("", "muted")
        self.scale_bar = ScaleBar()
        self.sentence = label("", "muted")
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.sentence.setWordWrap(True)
        self.heading = QHBoxLayout()
        self.heading.setContentsMargins(12, 6, 12, 0)
        self.heading.setSpacing(8)
        self.heading.addWidget(label(self.title, "heading"))
        self.heading.addWidget(self.note)
        self.heading.addStretch(1)
        self.heading.addWidget(self.scale_bar)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 4)
        column.setSpacing(2)
        column.addLayout(self.heading)
        column.addWidget(canvas, 1)
        column.addWidget(self.sentence, 1)
        self.sentence.hide()
        self.setMinimumWidth(220)
        canvas.left.connect(lambda: self.selection.hover(None))

    def say(self, sentence: str) -> None:
        """Show a sentence instead of the plot; empty for the plot."""
        self.sentence.setText(sentence)
        self.sentence.setVisible(bool(sentence))
        self.canvas.setVisible(not sentence)
        if sentence:
            self.note.clear()
            self.scale_bar.show_scale(None)

    def show_data(self) -> None:
        """Plot another prediction, or what has become known of it."""

    def show_selection(self) -> None:
        """Mirror what is kept and selected."""

    def show_hovered(self) -> None:
        """Mark the hovered hypothesis."""

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self.theme = self.scale_bar.theme = theme
        self.canvas.set_theme(theme)
        self.scale_bar.update()
