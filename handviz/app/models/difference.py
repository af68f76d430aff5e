"""How far apart what two panes show is, as colours: from near, dark, to far, bright."""

import numpy as np

from handviz.app.models.palette import rgb
from handviz.app.models.pane import PaneModel
from handviz.hypotheses.subsets import vertex_distance_mm

_ANCHORS = np.stack([rgb(value) for value in ("#2c3272", "#5f2f8c", "#b5367a", "#f0703f", "#fcb03a", "#fdf3a7")])
"""Lightness rises all the way, so the order survives grey print and colour blindness."""
_CEILINGS = (2.0, 5.0, 10.0, 15.0, 20.0, 30.0, 40.0, 60.0, 80.0, 100.0, 150.0, 200.0, 300.0, 500.0)
NEUTRAL = np.array([[0.52, 0.55, 0.60], [0.64, 0.67, 0.72], [0.76, 0.79, 0.84]], np.float32)
"""Greys of the reference's timesteps, past to future."""


def heat(values: np.ndarray) -> np.ndarray:
    """Values (...) in 0..1 to colours (..., 3)."""
    place = np.clip(values, 0.0, 1.0) * (len(_ANCHORS) - 1)
    low = np.minimum(place.astype(np.int32), len(_ANCHORS) - 2)
    share = (place - low)[..., None].astype(np.float32)
    return (1.0 - share) * _ANCHORS[low] + share * _ANCHORS[low + 1]


_TABLE = np.round(255.0 * heat(np.linspace(0.0, 1.0, 256))).astype(np.uint8)


class Difference:
    """Distances (K, T, V) of what each pane shows from what the first one shows."""

    def __init__(self, panes: list[PaneModel]) -> None:
        """The first pane is the reference; one that shows several hands stands for their mean."""
        self.ceiling_mm = _CEILINGS[0]
        """What the brightest colour stands for."""
        self.message = ""
        """Why there are no colours."""
        self._distances: dict[PaneModel, np.ndarray] = {}
        self.texts: dict[PaneModel, str] = {}
        """What to say of each pane."""
        reference = panes[0].drawn if panes else None
        others = [pane for pane in panes[1:] if pane.shown.prediction is not None]
        if reference is None or not others:
            self.message = "Differences need hands in the first pane and in another one."
            return
        far = []
        for pane in others:
            distances = vertex_distance_mm(pane.shown.prediction, reference)
            if distances is None:
                self.texts[pane] = "another mesh: no distances to pane 1"
                continue
            self._distances[pane] = distances
            seen = distances[pane.shown.selection.visible][:, list(pane.view.timesteps)]
            if seen.size:
                far.append(float(np.percentile(seen, 99.0)))
                self.texts[pane] = f"{seen.mean():.0f} mm from pane 1 on average, {seen.max():.0f} mm at most"
        self.ceiling_mm = next((value for value in _CEILINGS if value >= max(far, default=0.0)), _CEILINGS[-1])

    def colors(self, pane: PaneModel) -> np.ndarray | None:
        """Colours (K, T, V, 3) uint8 of a pane's meshes; None where there are no distances, as for the reference."""
        distances = self._distances.get(pane)
        if distances is None:
            return None
        # A table instead of heat() for every vertex: this stands between a drag and its picture.
        return _TABLE[np.minimum(distances * (255.0 / self.ceiling_mm), 255.0).astype(np.uint8)]


def reference_colors(pane: PaneModel) -> np.ndarray | None:
    """Greys (K, T, 3) for the pane that others are compared with."""
    shown = pane.shown.prediction
    if shown is None:
        return None
    count = len(shown.timesteps)
    place = np.round(np.linspace(0, len(NEUTRAL) - 1, count)).astype(int) if count > 1 else np.array([1])
    return np.broadcast_to(NEUTRAL[place], (shown.num_hypotheses, count, 3)).copy()
