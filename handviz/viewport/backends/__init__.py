"""Ways to turn a scene and a camera into a picture, behind one interface."""

from handviz.viewport.backends.base import Renderer, create_renderer
from handviz.viewport.backends.names import BACKENDS

__all__ = ["BACKENDS", "Renderer", "create_renderer"]
