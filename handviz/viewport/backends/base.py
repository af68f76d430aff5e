"""The renderer interface. Only the render process creates renderers, one in its life."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

import numpy as np

from handviz.viewport.backends.names import BACKENDS
from handviz.viewport.scene import Scene, Shot

if TYPE_CHECKING:
    # It loads Open3D, which those who only name a backend must not.
    from handviz.viewport.hands import Hands


class Renderer(Protocol):
    """Draws shots of a scene; every backend projects exactly as Camera.project does."""

    name: str
    hands: Hands
    """What it follows; the picker uses it too."""

    def draw_quick(self, scene: Scene, shot: Shot) -> tuple[np.ndarray, bool]:
        """A picture (H, W, 3 or 4) uint8 soon, and whether it already has full detail."""

    def draw_full(self, scene: Scene, shot: Shot, interrupted: Callable[[], bool]) -> np.ndarray | None:
        """A picture (H, W, 3 or 4) uint8 in full detail; None when interrupted() said, now and then, to give up."""


def create_renderer(name: str) -> Renderer:
    """The renderer of this name. May abort the process where drivers are missing: call it in the render process."""
    if name == "filament":
        from handviz.viewport.backends.filament import FilamentRenderer

        return FilamentRenderer()
    if name == "legacy":
        from handviz.viewport.backends.legacy import LegacyRenderer

        return LegacyRenderer()
    if name == "embree":
        from handviz.viewport.backends.embree import EmbreeRenderer

        return EmbreeRenderer()
    raise ValueError(f"no render backend is called {name!r}; there are {', '.join(BACKENDS)}")
