"""Tells a renderer what a session shows: only what differs from what it has."""

from dataclasses import replace
from typing import Protocol

import numpy as np

from handviz.app.models.coloring import Scale
from handviz.app.models.palette import rgb
from handviz.app.models.scene import Content, SceneModel
from handviz.app.models.session import SessionModel
from handviz.app.theme import Theme
from handviz.geometry.cameras import Camera
from handviz.viewport import MAIN


class Renderer(Protocol):
    """What panes ask of the render process; pictures and hits come back through the window's bridge."""

    def set_meshes(self, vertices: np.ndarray, faces: np.ndarray) -> None:
        """Replace all meshes: vertices (K, T, V, 3) metres, faces (F, 3)."""

    def set_extras(self, extras: np.ndarray) -> None:
        """Further meshes (M, T, V, 3) behind them."""

    def set_colors(self, colors: np.ndarray) -> None:
        """Colours (K + M, T, 3) or (K + M, T, V, 3), 0..1 or uint8."""

    def set_visible(self, visible: np.ndarray) -> None:
        """Mask (K + M, T) of the meshes to draw."""

    def set_ghosts(self, ghosts: np.ndarray, tone: np.ndarray) -> None:
        """Mask (K + M, T) of the meshes to draw as ghosts, and the grey (3,) in 0..1 that their colours tend to."""

    def set_time(self, time: float | None) -> None:
        """Draw hands at a time between the timesteps; None draws the timesteps."""

    def set_background(self, background: np.ndarray) -> None:
        """A colour (3,) in 0..1, or an image (H, W, 3) uint8 stretched behind the meshes."""

    def request_frame(
        self,
        camera: Camera,
        interactive: bool = False,
        *,
        channel: str = MAIN,
        visible: np.ndarray | None = None,
        transparent: bool = False,
    ) -> int:
        """Draw soon, quickly and at rest in full detail; of requests of a channel that wait, the newest is drawn."""

    def pick(self, camera: Camera, x: float, y: float, ticket: object) -> None:
        """Find the meshes under an image pixel."""


class SceneFeed:
    """The scene of one session in one renderer."""

    def __init__(self, session: SessionModel, renderer: Renderer) -> None:
        self._session = session
        self._renderer = renderer
        self.scene = SceneModel(session)
        self._sent: dict[str, np.ndarray] = {}
        self._sent_time: float | None = None
        self.own_colors: np.ndarray | None = None
        """Colours (K + M, T, 3) or (K + M, T, V, 3) in place of those that the view asks for, while they fit."""
        self.scale: Scale | None = None
        """What the colours that were sent last mean, where they mean numbers."""

    def sent(self, name: str) -> np.ndarray | None:
        """What the renderer has of extras, visible, ghosts, colors."""
        return self._sent.get(name)

    def send_meshes(self) -> None:
        """Hand over the meshes of the session's prediction."""
        prediction = self._session.prediction
        self._sent = {}
        self._renderer.set_meshes(prediction.vertices, prediction.faces)

    def send_content(self, theme: Theme) -> Content | None:
        """Hand over extra meshes, masks, colours and time, where they differ: each costs the renderer time."""
        content = self.scene.compose(rgb(theme.ghost))
        if content is None:
            return None
        if self.own_colors is not None and self.own_colors.shape[:2] == content.colors.shape[:2]:
            content = replace(content, colors=self.own_colors, scale=None)
        self.scale = content.scale
        # Extra meshes first: masks and colours are for them too.
        for name in ("extras", "visible", "colors"):
            if self._is_new(name, getattr(content, name)):
                getattr(self._renderer, f"set_{name}")(getattr(content, name))
        if self._is_new("ghosts", content.ghosts) | self._is_new("tone", rgb(theme.pale)):
            self._renderer.set_ghosts(content.ghosts, rgb(theme.pale))
        self.send_time()
        return content

    def _is_new(self, name: str, array: np.ndarray) -> bool:
        before = self._sent.get(name)
        if before is not None and (array is before or np.array_equal(array, before)):
            return False
        self._sent[name] = array
        return True

    def send_time(self) -> None:
        """Hand over the time."""
        if self._session.view.time != self._sent_time:
            self._sent_time = self._session.view.time
            self._renderer.set_time(self._sent_time)
