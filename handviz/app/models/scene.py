"""From a session to what the renderer draws: which meshes, which of them as ghosts, in which colours."""

from dataclasses import dataclass

import numpy as np

from handviz.app.models.analysis import Analysis
from handviz.app.models.coloring import (
    Scale,
    as_bytes,
    by_cluster,
    by_timestep,
    by_value,
    millimetre_scale,
    score_scale,
    towards,
)
from handviz.app.models.palette import NEUTRAL_HEX, rgb, truth_colors
from handviz.app.models.selection import SelectionModel
from handviz.app.models.session import SessionModel
from handviz.app.models.view import ViewModel
from handviz.geometry.skeleton import WRIST
from handviz.hypotheses.diversity import vertex_spread_mm
from handviz.hypotheses.motion import percentages
from handviz.hypotheses.prediction import Prediction
from handviz.hypotheses.relations import comparable_points
from handviz.hypotheses.truth import Truth, vertex_error_mm

BACK = 0.62
"""How far the colour of the other hypotheses goes towards a grey once some are selected."""


@dataclass(frozen=True, eq=False)
class Content:
    """What is to be drawn: M extra meshes, masks (K + M, T), colours (K + M, T, 3) or (K + M, T, V, 3) uint8."""

    extras: np.ndarray
    visible: np.ndarray
    ghosts: np.ndarray
    colors: np.ndarray
    scale: Scale | None


def standing(session: SessionModel) -> np.ndarray:
    """Mask (K,) of the hypotheses that count: kept, pinned or selected, and not hidden.

    Solo leaves the selected ones alone, or the chosen one while none is selected.
    """
    selection = session.selection
    mask = selection.visible
    if session.view.solo:
        mask[:] = False
    mask[list(selection.targets if session.view.solo else selection.selected - selection.hidden)] = True
    return mask


def drawn(session: SessionModel) -> tuple[np.ndarray, np.ndarray]:
    """Masks (K,) of the hypotheses drawn solid and of those drawn as ghosts."""
    view, selection, analysis = session.view, session.selection, session.analysis
    count = standing(session)
    solid, ghosts = count.copy(), np.zeros_like(count)
    if view.solo:
        return solid, ghosts
    selected = np.zeros_like(count)
    selected[list(selection.selected - selection.hidden)] = True
    if view.display == "mean":
        solid[:] = False
    elif view.display == "representatives" and analysis is not None and analysis.clusters is not None:
        solid[:] = False
        solid[analysis.clusters.representatives(count)] = True
    elif selected.any() and view.ghost:
        # A selected hand inside a heap of others could not be seen.
        solid[:] = False
    else:
        ghosts = ~solid
        ghosts[list(selection.hidden)] = False
        return solid, ghosts & view.ghost
    solid |= selected
    return solid, count & ~solid & view.ghost


def pickable(session: SessionModel) -> np.ndarray:
    """Mask (K, T) of the meshes that a click means: those that count, solid or ghosts, at the visible timesteps.

    At a time between timesteps all of a hypothesis count.
    """
    timesteps = np.asarray(session.view.timesteps, bool)
    if session.view.time is not None:
        timesteps = np.ones_like(timesteps)
    solid, ghosts = drawn(session)
    return (standing(session) & (solid | ghosts))[:, None] & timesteps[None]


def trail_mask(session: SessionModel) -> np.ndarray:
    """Mask (K,) of the hypotheses whose fingertips leave trails: the solid ones, around a mean hand all that count."""
    return standing(session) if session.view.display == "mean" else drawn(session)[0]


def represented(session: SessionModel) -> dict[int, int]:
    """Which hypotheses stand for their cluster now, and for how many percent of those that count."""
    analysis, count = session.analysis, standing(session)
    shown = session.view.display == "representatives" and not session.view.solo
    if not shown or analysis is None or analysis.clusters is None or not count.any():
        return {}
    shares = percentages(analysis.clusters.shares(count).tolist())
    labels = analysis.clusters.labels
    return {hypothesis: shares[labels[hypothesis]] for hypothesis in analysis.clusters.representatives(count)}


def why_nothing_shows(session: SessionModel) -> str:
    """What to do when no mesh is in sight; empty when there is one, or no hypotheses at all."""
    selection = session.selection
    if not len(selection.scores):
        return ""
    if session.view.time is None and not any(session.view.timesteps):
        return "All timesteps are hidden: show one in the legend below."
    if standing(session).any():
        return ""
    if selection.hidden and selection.kept.any():
        return "All kept hypotheses are hidden: show them again in the table."
    return "No hypothesis reaches this score: lower the threshold."


class SceneModel:
    """Composes the content of one viewport, and keeps what does not change with every step of a threshold."""

    def __init__(self, session: SessionModel) -> None:
        self._session = session
        self._spread: tuple[Prediction, bytes, np.ndarray] | None = None
        self._errors: tuple[Analysis, np.ndarray] | None = None

    @property
    def _view(self) -> ViewModel:
        return self._session.view

    @property
    def _selection(self) -> SelectionModel:
        return self._session.selection

    @property
    def coloring(self) -> str:
        """What colours say now: an error nobody knows is replaced by the timesteps."""
        coloring = self._view.coloring
        analysis = self._session.analysis
        if coloring == "error" and (analysis is None or analysis.vertex_error is None):
            return "timestep"
        if coloring == "cluster" and (analysis is None or analysis.clusters is None):
            return "timestep"
        return coloring

    def compose(self, back: np.ndarray) -> Content | None:
        """The content for what the session shows now; None without a prediction.

        back (3,) in 0..1 is the grey to which colours go behind selected meshes.
        """
        prediction = self._session.prediction
        if prediction is None or prediction.num_hypotheses != len(self._selection.scores):
            return None
        view, timesteps = self._view, len(prediction.timesteps)
        solid, ghosts = drawn(self._session)
        count = standing(self._session)
        shown = np.asarray(view.timesteps, bool) if view.time is None else np.ones(timesteps, bool)
        colors, mean_color, scale = self._colors(prediction, count)
        colors = self._emphasized(colors, ghosts, back)
        extras, extra_colors = [], []
        if view.display == "mean" and not view.solo and count.any():
            extras.append(prediction.vertices[count].mean(0))
            extra_colors.append(mean_color)
        truth = self.truth_vertices(prediction)
        if truth is not None:
            extras.append(truth)
            extra_colors.append(as_bytes(truth_colors(timesteps)))
        rows = np.concatenate([solid, np.ones(len(extras), bool)])
        blanks = np.zeros(len(extras), bool)
        return Content(
            np.stack(extras) if extras else np.zeros((0, *prediction.vertices.shape[1:]), np.float32),
            rows[:, None] & shown[None],
            np.concatenate([ghosts, blanks])[:, None] & shown[None],
            _stacked(colors, extra_colors, prediction.vertices.shape[2]),
            scale,
        )

    def _colors(self, prediction: Prediction, count: np.ndarray) -> tuple[np.ndarray, np.ndarray, Scale | None]:
        """Colours (K, T, 3) or (K, T, V, 3) of hypotheses, (T, 3) or (T, V, 3) of the mean hand, and their scale."""
        analysis, coloring = self._session.analysis, self.coloring
        hypotheses, timesteps = prediction.vertices.shape[:2]
        neutral = np.repeat(as_bytes(rgb(NEUTRAL_HEX))[None], timesteps, axis=0)
        if coloring == "score":
            scale = score_scale(prediction.score)
            mean = prediction.score[count].mean(keepdims=True) if count.any() else prediction.score[:1]
            return by_value(prediction.score, timesteps, scale), by_value(mean, timesteps, scale)[0], scale
        if coloring == "cluster":
            return by_cluster(analysis.clusters.labels, timesteps), neutral, None
        if coloring == "spread":
            spread = self._vertex_spread(prediction, count)
            scale = millimetre_scale("Spread", spread)
            colors = scale.colors(spread)
            return np.broadcast_to(colors, (hypotheses, *colors.shape)), colors, scale
        if coloring == "error":
            # A sample is enough to find a round end.
            scale = millimetre_scale("Error", analysis.vertex_error[..., ::7])
            if self._errors is None or self._errors[0] is not analysis:
                self._errors = analysis, scale.colors(analysis.vertex_error)
            return self._errors[1], self._mean_error_colors(prediction, count, scale), scale
        colors = by_timestep(hypotheses, timesteps, self._view.time)
        return colors, colors[0], None

    def _vertex_spread(self, prediction: Prediction, count: np.ndarray) -> np.ndarray:
        """(T, V) mm over the hypotheses that count."""
        key = count.tobytes()
        if self._spread is None or self._spread[0] is not prediction or self._spread[1] != key:
            some = count if count.any() else np.ones_like(count)
            spread = vertex_spread_mm(prediction.vertices[some], comparable_points(prediction)[some])
            self._spread = prediction, key, spread
        return self._spread[2]

    def _mean_error_colors(self, prediction: Prediction, count: np.ndarray, scale: Scale) -> np.ndarray:
        if not count.any() or self._view.display != "mean":
            return scale.colors(np.zeros(prediction.vertices.shape[1:3]))
        mean = prediction.vertices[count].mean(0, keepdims=True), prediction.joints[count].mean(0, keepdims=True)
        return scale.colors(vertex_error_mm(*mean, self._session.truth)[0])

    def _emphasized(self, colors: np.ndarray, ghosts: np.ndarray, back: np.ndarray) -> np.ndarray:
        """What is solid but not selected steps back where something is selected."""
        selected = np.zeros(len(colors), bool)
        selected[list(self._selection.selected)] = True
        behind = ~selected & ~ghosts
        if selected.any() and behind.any():
            colors = np.array(colors)
            colors[behind] = towards(colors[behind], back, BACK)
        return colors

    def truth_vertices(self, prediction: Prediction) -> np.ndarray | None:
        """(T, V, 3) of the true hand where it is shown and known; see truth_place."""
        truth = self._session.truth
        if truth is None or not self._view.show_truth or not truth.fits_mesh(prediction):
            return None
        return truth_place(truth, truth.vertices, prediction, self._view.over_photo, standing(self._session))


def truth_place(
    truth: Truth, points: np.ndarray, prediction: Prediction, over_photo: bool, count: np.ndarray
) -> np.ndarray:
    """Points (T, N, 3) of a truth as they are shown beside a prediction.

    Over the photo they lie where the photo shows them. Elsewhere they are shifted, the middle wrist onto the mean one
    of the hypotheses that count (K,): errors are measured so, and depths are known up to a guess of the focal length.
    """
    if over_photo:
        return truth.seen_by(points, prediction.intrinsics)
    middle = len(truth.joints) // 2
    wrists = comparable_points(prediction)[:, middle, 0]
    target = wrists[count].mean(0) if count.any() else wrists.mean(0)
    return (points + (target - truth.joints[middle, WRIST])).astype(np.float32)


def _stacked(colors: np.ndarray, extras: list[np.ndarray], vertices: int) -> np.ndarray:
    """Colours of hypotheses and of extra meshes (T, 3) or (T, V, 3) as one array, of vertices where any are."""
    if not extras:
        return np.ascontiguousarray(colors)
    if colors.ndim == 4 or any(extra.ndim == 3 for extra in extras):
        colors = np.repeat(colors[:, :, None], vertices, axis=2) if colors.ndim == 3 else colors
        extras = [np.repeat(extra[:, None], vertices, axis=1) if extra.ndim == 2 else extra for extra in extras]
    return np.concatenate([colors, np.stack(extras)])
