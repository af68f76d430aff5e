"""What all plots share: headings, notes, strips of colours, and how they follow the study."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolTip, QVBoxLayout, QWidget

from handviz.app.controls import label
from handviz.app.models.coloring import Scale
from handviz.app.models.palette import scale_table
from handviz.app.models.study import StudyModel
from handviz.app.study.canvas import Canvas
from handviz.app.theme import DARK, Theme


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
        painter.drawText(QRectF(left + 44, 0, self.width(), self.height()), middle, f"{high} {scale.unit}".strip())
        table = scale_table(scale.table)
        strip = QImage(table.tobytes(), len(table), 1, 3 * len(table), QImage.Format.Format_RGB888)
        painter.drawImage(QRectF(left, (self.height() - 8) / 2, 38, 8), strip)


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
        canvas.draw = self.draw
        canvas.left.connect(lambda: self.selection.hover(None))

    def tell(self, text: str) -> None:
        """A tooltip at the pointer; empty for none."""
        if text:
            QToolTip.showText(self.canvas.cursor().pos(), text, self.canvas)
        else:
            QToolTip.hideText()

    def draw(self, painter: QPainter) -> None:
        """Paint the data on the canvas."""

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
        self.canvas.update()

    def show_hovered(self) -> None:
        """Mark the hovered hypothesis."""
        self.canvas.update()

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self.theme = self.scale_bar.theme = self.canvas.theme = theme
        self.canvas.update()
        self.scale_bar.update()
