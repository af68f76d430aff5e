"""How far the hypotheses lie from each other, pair by pair, ordered by cluster or by score; a click selects a pair."""

import numpy as np
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen
from PySide6.QtWidgets import QToolButton

from handviz.app.models.coloring import Scale, millimetre_scale
from handviz.app.models.study import StudyModel
from handviz.app.study.canvas import ADDS, Canvas
from handviz.app.study.plotting import Plot

_MARGIN = 0.05
"""Room for marks beside the matrix, as a share of its side."""


class DistancePlot(Plot):
    """Rows and columns of selected hypotheses are marked beside the matrix, those of the hovered one by lines."""

    title = "Distances"

    def __init__(self, study: StudyModel) -> None:
        super().__init__(study, Canvas("Distances between hypotheses", square=True, upwards=False, axes=False))
        self.order = np.zeros(0, np.int64)
        """(K,) the hypothesis in each row and column."""
        self._rank = np.zeros(0, np.int64)
        self._cuts: list[int] = []
        self.image = QImage()
        self.order_button = QToolButton()
        self.order_button.setToolTip("Order rows and columns by cluster, or by score")
        self.order_button.clicked.connect(lambda: self.set_order(by_cluster=not self.by_cluster))
        self.controls = (self.order_button,)
        self.set_order(by_cluster=True)
        self.canvas.clicked.connect(self._click)
        self.canvas.hovered.connect(self._hover)

    def set_order(self, by_cluster: bool) -> None:
        """Order rows and columns by cluster and then by score, or by score alone."""
        self.by_cluster = by_cluster
        self.order_button.setText("By cluster" if by_cluster else "By score")
        self.order_button.setAccessibleName(f"Order of the matrix: {self.order_button.text().lower()}")
        self.show_data()

    def show_data(self) -> None:
        relations = self.study.relations
        self.canvas.update()
        if relations is None:
            self.order = np.zeros(0, np.int64)
            return
        self.order = relations.order(self.selection.scores, self.by_cluster)
        self._rank = np.argsort(self.order)
        count, distances = len(self.order), relations.distance_mm
        scale: Scale = millimetre_scale("Distance", distances[~np.eye(count, dtype=bool)])
        colors = np.ascontiguousarray(scale.colors(distances[np.ix_(self.order, self.order)]))
        # The copy matters: QImage does not own the array's memory.
        self.image = QImage(colors.data, count, count, 3 * count, QImage.Format.Format_RGB888).copy()
        self.scale_bar.show_scale(scale)
        labels = relations.clusters[self.order]
        self._cuts = (np.flatnonzero(np.diff(labels)) + 1).tolist() if self.by_cluster else []
        margin = _MARGIN * count
        self.canvas.set_bounds((-margin, -margin), (count + 0.2 * margin, count + 0.2 * margin))

    def draw(self, painter: QPainter) -> None:
        count, selection, theme = len(self.order), self.selection, self.theme
        if not count or count != len(selection.scores):
            return
        low, high = self.canvas.at(np.array([[0.0, 0.0], [count, count]]))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.drawImage(QRectF(low, high), self.image)
        painter.setPen(QPen(QColor(theme.panel), 2.0))
        painter.drawLines([line for cut in self._cuts for line in self._lines(cut, 0.0, count)])
        if selection.hovered is not None:
            painter.setPen(QPen(QColor(theme.text), 1.0))
            painter.drawLines(self._lines(self._rank[selection.hovered] + 0.5, 0.0, count))
        painter.setPen(QPen(QColor(theme.text), 3.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        for hypothesis in selection.selected:
            painter.drawLines(self._lines(self._rank[hypothesis] + 0.5, -_MARGIN * count, -0.01 * count))

    def _lines(self, rank: float, start: float, end: float) -> list[QLineF]:
        """Through a row and a column, from start to end."""
        ends = self.canvas.at(np.array([[start, rank], [end, rank], [rank, start], [rank, end]]))
        return [QLineF(ends[0], ends[1]), QLineF(ends[2], ends[3])]

    def pair_at(self, place: np.ndarray) -> tuple[int, int] | None:
        """The hypotheses of the row and the column at a place (2,) in plot units."""
        count = len(self.order)
        column, row = np.floor(place).astype(int).tolist()
        if not (0 <= row < count and 0 <= column < count):
            return None
        return int(self.order[row]), int(self.order[column])

    def _click(self, place: np.ndarray, keys: Qt.KeyboardModifier) -> None:
        pair = self.pair_at(place)
        adds = bool(keys & ADDS)
        if pair is not None:
            self.selection.select(self.selection.selected | set(pair) if adds else pair, pair[0])
        elif not adds:
            self.selection.choose(None)

    def _hover(self, place: np.ndarray) -> None:
        pair, relations = self.pair_at(place), self.study.relations
        self.selection.hover(None if pair is None else pair[0])
        if pair is None or relations is None:
            self.tell("")
            return
        row, column = pair
        self.tell(f"Hypotheses {row + 1} and {column + 1}: {relations.distance_mm[row, column]:.1f} mm")
