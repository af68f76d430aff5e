"""A flat map of the hypotheses, near ones near each other, coloured by score; a click or a lasso selects."""

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen

from handviz.app.models.coloring import score_scale
from handviz.app.models.study import StudyModel
from handviz.app.study.canvas import ADDS, Canvas
from handviz.app.study.plotting import Plot
from handviz.geometry.polygons import inside

_REACH = 12.0
"""Pixels around a place within which it is meant."""
_RADIUS = 4.5
_ROOM = 0.08
"""Share of the map's size that is left free around it."""


class MapPlot(Plot):
    """Shown hypotheses are filled, the others hollow; selected ones have a ring, the chosen one its number."""

    title = "Map"

    def __init__(self, study: StudyModel) -> None:
        super().__init__(study, Canvas("Map of hypotheses", square=True, upwards=True, axes=True, lasso=True))
        self.places = np.zeros((0, 2))
        self._fills: list[QBrush] = []
        self.canvas.lassoed.connect(self._lasso)
        self.canvas.clicked.connect(self._click)
        self.canvas.hovered.connect(self._hover)

    def show_data(self) -> None:
        relations, scores = self.study.relations, self.selection.scores
        if relations is None:
            self.places, self._fills = np.zeros((0, 2)), []
            return
        scale = score_scale(scores)
        self.places = relations.places
        self._fills = [QBrush(QColor(*color)) for color in scale.colors(scores).tolist()]
        self.note.setText(f"mm · {100 * relations.share:.0f}%")
        self.note.setToolTip("How much of the squared distances between hypotheses the flat map keeps")
        self.scale_bar.show_scale(scale if "score" in self.study.values else None)
        low, high = self.places.min(0), self.places.max(0)
        room = _ROOM * max(float((high - low).max()), 1.0)
        self.canvas.set_bounds(tuple((low - room).tolist()), tuple((high + room).tolist()))

    def draw(self, painter: QPainter) -> None:
        selection, theme = self.selection, self.theme
        if not len(self.places) or len(self.places) != len(selection.scores):
            return
        spots = self.canvas.at(self.places)
        visible = selection.visible
        painter.setPen(QPen(QColor(theme.muted), 1.0))
        # What is shown lies over what is not.
        for hypothesis in np.argsort(visible, kind="stable").tolist():
            painter.setBrush(self._fills[hypothesis] if visible[hypothesis] else Qt.BrushStyle.NoBrush)
            painter.drawEllipse(spots[hypothesis], _RADIUS, _RADIUS)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(theme.text), 2.0))
        for hypothesis in selection.selected:
            painter.drawEllipse(spots[hypothesis], _RADIUS + 3.5, _RADIUS + 3.5)
        if selection.picked:
            painter.drawText(spots[selection.chosen] + QPointF(9, -6), str(selection.chosen + 1))
        if selection.hovered is not None:
            painter.setPen(QPen(QColor(theme.accent), 2.5))
            painter.drawEllipse(spots[selection.hovered], _RADIUS + 5.5, _RADIUS + 5.5)

    def nearest(self, place: np.ndarray) -> int | None:
        """The hypothesis at a place (2,) in plot units."""
        if not len(self.places):
            return None
        distances = np.linalg.norm(self.canvas.view.to_pixels(self.places) - self.canvas.view.to_pixels(place), axis=1)
        best = int(distances.argmin())
        return best if distances[best] <= _REACH else None

    def _click(self, place: np.ndarray, keys: Qt.KeyboardModifier) -> None:
        hypothesis = self.nearest(place)
        if hypothesis is None:
            if not keys & ADDS:
                self.selection.choose(None)
        elif keys & ADDS:
            self.selection.toggle(hypothesis)
        else:
            self.selection.choose(hypothesis)

    def _lasso(self, outline: np.ndarray, keys: Qt.KeyboardModifier) -> None:
        caught = set(np.flatnonzero(inside(self.places, outline)).tolist())
        self.selection.select(caught | self.selection.selected if keys & ADDS else caught)

    def _hover(self, place: np.ndarray) -> None:
        hypothesis = self.nearest(place)
        self.selection.hover(hypothesis)
        known = hypothesis is not None and "score" in self.study.values
        score = f", score {self.selection.scores[hypothesis]:.3f}" if known else ""
        self.tell("" if hypothesis is None else f"Hypothesis {hypothesis + 1}{score}")
