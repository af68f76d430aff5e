"""How far the hypotheses lie from each other, pair by pair, ordered by cluster or by score; a click selects a pair."""

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtWidgets import QToolButton, QToolTip

from handviz.app.models.coloring import Scale, millimetre_scale
from handviz.app.models.palette import scale_table
from handviz.app.models.study import StudyModel
from handviz.app.study.plotting import ADDS, Canvas, ClickBox, Plot
from handviz.app.theme import Theme

_MARGIN = 0.05
"""Room for marks beside the matrix, as a share of its side."""


class DistancePlot(Plot):
    """Rows and columns of selected hypotheses are marked beside the matrix, those of the hovered one by lines."""

    title = "Distances"

    def __init__(self, study: StudyModel) -> None:
        self._box = ClickBox(invertY=True)
        super().__init__(study, Canvas("Distances between hypotheses", self._box))
        self._order = np.zeros(0, np.int64)
        self._rank = np.zeros(0, np.int64)
        self.by_cluster = True
        self.order_button = QToolButton()
        self.order_button.setToolTip("Order rows and columns by cluster, or by score")
        self.order_button.clicked.connect(lambda: self.set_order(by_cluster=not self.by_cluster))
        self.controls = (self.order_button,)
        self._image = pg.ImageItem()
        self._borders = pg.PlotCurveItem(connect="pairs")
        self._marks = pg.PlotCurveItem(connect="pairs")
        self._cross = pg.PlotCurveItem(connect="pairs")
        self.canvas.hideAxis("left")
        self.canvas.hideAxis("bottom")
        for depth, item in enumerate((self._image, self._borders, self._marks, self._cross)):
            item.setZValue(depth)
            self.canvas.addItem(item, ignoreBounds=item is self._cross)
        self.set_order(by_cluster=True)
        self._box.clicked.connect(self._click)
        self._box.fit_wanted.connect(self._fit)
        self.canvas.hovered.connect(self._hover)

    @property
    def order(self) -> np.ndarray:
        """(K,) the hypothesis in each row and column."""
        return self._order

    def set_order(self, by_cluster: bool) -> None:
        """Order rows and columns by cluster and then by score, or by score alone."""
        self.by_cluster = by_cluster
        self.order_button.setText("By cluster" if by_cluster else "By score")
        self.order_button.setAccessibleName(f"Order of the matrix: {self.order_button.text().lower()}")
        self.show_data()

    def show_data(self) -> None:
        relations = self.study.relations
        if relations is None:
            self._order = np.zeros(0, np.int64)
            return
        self._order = relations.order(self.selection.scores, self.by_cluster)
        self._rank = np.argsort(self._order)
        count = len(self._order)
        distances = relations.distance_mm
        scale: Scale = millimetre_scale("Distance", distances[~np.eye(count, dtype=bool)])
        self._image.setImage(distances[np.ix_(self._order, self._order)], levels=(scale.low, scale.high))
        self._image.setLookupTable(scale_table(scale.table))
        self._image.setRect(QRectF(0, 0, count, count))
        self.note.setText("")
        self.scale_bar.show_scale(scale)
        labels = relations.clusters[self._order]
        cuts = np.flatnonzero(np.diff(labels)) + 1 if self.by_cluster else np.zeros(0)
        lines = [((cut, 0.0), (cut, count), (0.0, cut), (count, cut)) for cut in cuts]
        self._draw(self._borders, lines)
        self.show_selection()
        self._fit()

    def _fit(self) -> None:
        count = len(self._order)
        margin = _MARGIN * count
        self._box.setRange(QRectF(-margin, -margin, count + margin, count + margin), padding=0.01)

    @staticmethod
    def _draw(item: pg.PlotCurveItem, lines: list[tuple[tuple[float, float], ...]]) -> None:
        points = np.array(lines, float).reshape(-1, 2)
        item.setData(points[:, 0], points[:, 1])

    def show_selection(self) -> None:
        count = len(self._order)
        if count != len(self.selection.scores):
            return
        far, near = -_MARGIN * count, -0.01 * count
        ranks = [float(self._rank[hypothesis]) for hypothesis in sorted(self.selection.selected)]
        marks = [((far, r + 0.5), (near, r + 0.5), (r + 0.5, far), (r + 0.5, near)) for r in ranks]
        self._draw(self._marks, marks)

    def show_hovered(self) -> None:
        hovered, count = self.selection.hovered, len(self._order)
        lines = []
        if hovered is not None and hovered < count:
            at = self._rank[hovered] + 0.5
            lines = [((0, at), (count, at), (at, 0), (at, count))]
        self._draw(self._cross, lines)

    def pair_at(self, place: QPointF) -> tuple[int, int] | None:
        """The hypotheses of the row and the column at a place in plot units."""
        count = len(self._order)
        row, column = int(np.floor(place.y())), int(np.floor(place.x()))
        if not (0 <= row < count and 0 <= column < count):
            return None
        return int(self._order[row]), int(self._order[column])

    def _click(self, place: QPointF, keys: Qt.KeyboardModifier) -> None:
        pair = self.pair_at(place)
        adds = bool(keys & ADDS)
        if pair is not None:
            self.selection.select(self.selection.selected | set(pair) if adds else pair, pair[0])
        elif not adds:
            self.selection.choose(None)

    def _hover(self, place: QPointF) -> None:
        pair = self.pair_at(place)
        relations = self.study.relations
        self.selection.hover(None if pair is None else pair[0])
        if pair is None or relations is None:
            QToolTip.hideText()
            return
        row, column = pair
        text = f"Hypotheses {row + 1} and {column + 1}: {relations.distance_mm[row, column]:.1f} mm"
        QToolTip.showText(self.canvas.cursor().pos(), text, self.canvas)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self._marks.setPen(pg.mkPen(theme.text, width=3.0))
        self._cross.setPen(pg.mkPen(theme.text, width=1.0))
        self._borders.setPen(pg.mkPen(theme.panel, width=2.0))
