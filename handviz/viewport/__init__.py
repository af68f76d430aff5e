"""Pictures of many hand meshes, drawn by Open3D in a process of its own.

Importing this package loads numpy only; Open3D lives in the render process that RenderClient starts.
"""

from handviz.viewport.client import RenderClient
from handviz.viewport.messages import MAIN, Frame, Hit, RenderStatus
from handviz.viewport.snapshot import snapshot

__all__ = ["MAIN", "Frame", "Hit", "RenderClient", "RenderStatus", "snapshot"]
