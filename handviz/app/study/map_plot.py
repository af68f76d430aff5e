"""A flat map of the hypotheses, near ones near each other, coloured by score; a click or a lasso selects."""

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtWidgets import QToolTip

from handviz.app.models.coloring import score_scale
from handviz.app.models.study import StudyModel
from handviz.app.study.map_dots import MapDots
from handviz.app.study.plotting import ADDS, Canvas, ClickBox, Plot
from handviz.app.theme import Theme
from handviz.geometry.polygons import inside

_REACH = 12.0
"""Pixels around a place within which it is meant."""


class LassoBox(ClickBox):
    """Left drags draw an outline."""

    lassoed = Signal(object, object)
    """Outline (M, 2) in plot units, and the keys that are held."""

    def __init__(self) -> None:
        super().__init__()
        self.outline = pg.PlotCurveItem()
        self.outline.setZValue(20)
        self.addItem(self.outline, ignoreBounds=True)
        self._corners: list[tuple[float, float]] = []

    def mouseDragEvent(self, event, axis=None) -> None:  # noqa: N802
        if event.button() != Qt.MouseButton.LeftButton:
            super().mouseDragEvent(event, axis)
            return
        event.accept()
        if event.isStart():
            start = self.mapToView(event.buttonDownPos())
            self._corners = [(start.x(), start.y())]
        place = self.mapToView(event.pos())
        self._corners.append((place.x(), place.y()))
        corners = np.array([*self._corners, self._corners[0]])
        self.outline.setData(corners[:, 0], corners[:, 1])
        if event.isFinish():
            self.outline.setData([], [])
            self.lassoed.emit(np.array(self._corners), event.modifiers())


class MapPlot(Plot):
    """Kept hypotheses are filled, the others hollow; selected ones have a ring, the chosen one its number."""

    title = "Map"

    def __init__(self, study: StudyModel) -> None:
        self._box = LassoBox()
        super().__init__(study, Canvas("Map of hypotheses", self._box))
        self._dots = MapDots()
        self.canvas.addItem(self._dots)
        self._box.lassoed.connect(self._lasso)
        self._box.clicked.connect(self._click)
        self._box.fit_wanted.connect(self._fit)
        self.canvas.hovered.connect(self._hover)

    def show_data(self) -> None:
        relations = self.study.relations
        if relations is None:
            self._dots.set_dots(np.zeros((0, 2)), np.zeros((0, 3), np.uint8))
            return
        scores = self.selection.scores
        scale = score_scale(scores)
        self._dots.set_dots(relations.places, scale.colors(scores))
        self.note.setText(f"mm · {100 * relations.share:.0f}%")
        self.note.setToolTip("How much of the squared distances between hypotheses the flat map keeps")
        self.scale_bar.show_scale(scale if "score" in self.study.values else None)
        self.show_selection()
        self._fit()

    def _fit(self) -> None:
        self._box.autoRange(padding=0.08)

    def show_selection(self) -> None:
        selection = self.selection
        if len(self._dots.places) == len(selection.scores):
            numbered = selection.chosen if selection.picked else None
            self._dots.mark(selection.visible, selection.selected, numbered)

    def show_hovered(self) -> None:
        self._dots.hover(self.selection.hovered)

    def nearest(self, place: QPointF) -> int | None:
        """The hypothesis at a place in plot units."""
        if not len(self._dots.places):
            return None
        pixels = (self._dots.places - [place.x(), place.y()]) / self.canvas.pixel()
        distances = np.hypot(*pixels.T)
        best = int(distances.argmin())
        return best if distances[best] <= _REACH else None

    def _click(self, place: QPointF, keys: Qt.KeyboardModifier) -> None:
        hypothesis = self.nearest(place)
        if hypothesis is None:
            if not keys & ADDS:
                self.selection.choose(None)
        elif keys & ADDS:
            self.selection.toggle(hypothesis)
        else:
            self.selection.choose(hypothesis)

    def _lasso(self, outline: np.ndarray, keys: Qt.KeyboardModifier) -> None:
        caught = set(np.flatnonzero(inside(self._dots.places, outline)).tolist())
        self.selection.select(caught | self.selection.selected if keys & ADDS else caught)

    def _hover(self, place: QPointF) -> None:
        hypothesis = self.nearest(place)
        self.selection.hover(hypothesis)
        if hypothesis is None:
            QToolTip.hideText()
        else:
            score = f", score {self.selection.scores[hypothesis]:.3f}" if "score" in self.study.values else ""
            QToolTip.showText(self.canvas.cursor().pos(), f"Hypothesis {hypothesis + 1}{score}", self.canvas)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self._box.outline.setPen(pg.mkPen(theme.accent, width=1.5))
        fill = pg.mkColor(theme.accent)
        fill.setAlpha(40)
        self._box.outline.setBrush(fill)
        self._dots.theme = theme
        self._dots.update()
