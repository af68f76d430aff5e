"""Small stand-ins for the helper processes."""

import itertools
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from synthetic import make_prediction

from handviz.geometry.cameras import Camera
from handviz.inference.events import Cancelled, Done, Failed, Ready, Started
from handviz.viewport import MAIN, Frame, Hit, RenderStatus


@dataclass
class FakePredictor:
    """Answers when told to; keeps what it was asked."""

    on_event: Any
    automatic: bool = True
    failure: tuple[str, bool] | None = None
    requests: list[dict] = field(default_factory=list)
    cancelled: list[int] = field(default_factory=list)
    started: bool = False
    closed: bool = False
    _ids: Any = field(default_factory=lambda: itertools.count(1))

    def start(self) -> None:
        self.started = True
        self.on_event(Ready("CPU", "test weights", "test hand"))

    def submit(self, image, box=None, hand=None, hypotheses=16, seed=0, intrinsics=None) -> int:
        request_id = next(self._ids)
        self.requests.append(
            {
                "id": request_id,
                "image": image,
                "box": box,
                "hand": hand,
                "hypotheses": hypotheses,
                "seed": seed,
                "intrinsics": intrinsics,
            }
        )
        self.on_event(Started(request_id))
        if self.automatic:
            self.answer()
        return request_id

    def answer(self, request: dict | None = None) -> None:
        request = request or self.requests[-1]
        if self.failure is not None:
            self.on_event(Failed(request["id"], *self.failure))
            return
        height, width = request["image"].shape[:2]
        prediction = make_prediction(request["hypotheses"], width, height, seed=request["seed"])
        given = {name: request[name] for name in ("box", "hand") if request[name] is not None}
        prediction = replace(prediction, **({"box": np.array(given.pop("box"))} if "box" in given else {}), **given)
        self.on_event(Done(request["id"], prediction, 0.25))

    def cancel(self, request_id: int) -> None:
        self.cancelled.append(request_id)
        self.on_event(Cancelled(request_id))

    def close(self) -> None:
        self.closed = True


@dataclass
class FakeRenderer:
    """Answers every request with a flat picture of the camera's size, and picks what it is told to."""

    on_frame: Any
    on_status: Any
    cameras: list[Camera] = field(default_factory=list)
    meshes: np.ndarray | None = None
    colors: np.ndarray | None = None
    visible: np.ndarray | None = None
    extras: np.ndarray | None = None
    ghosts: np.ndarray | None = None
    time: float | None = None
    overlays: list[dict] = field(default_factory=list)
    background: np.ndarray | None = None
    hits: list[Hit] = field(default_factory=list)
    picked_at: list[tuple[float, float]] = field(default_factory=list)
    closed: bool = False
    _ids: int = 0

    def start(self) -> None:
        self.on_status(RenderStatus("ready", "Drawing.", "fake"))

    def set_meshes(self, vertices: np.ndarray, faces: np.ndarray) -> None:
        self.meshes = vertices

    def set_colors(self, colors: np.ndarray) -> None:
        self.colors = colors

    def set_visible(self, visible: np.ndarray) -> None:
        self.visible = visible

    def set_extras(self, extras: np.ndarray) -> None:
        self.extras = extras

    def set_ghosts(self, ghosts: np.ndarray, tone: np.ndarray) -> None:
        self.ghosts = ghosts

    def set_time(self, time: float | None) -> None:
        self.time = time

    def set_background(self, background: np.ndarray) -> None:
        self.background = background

    def request_frame(self, camera: Camera, interactive: bool = False, *, channel: str = MAIN, **how: Any) -> int:
        self._ids += 1
        shape = (camera.height, camera.width, 4 if how.get("transparent") else 3)
        if channel == MAIN:
            self.cameras.append(camera)
        else:
            self.overlays.append({"camera": camera, "channel": channel, **how})
        image = np.full(shape, 90, np.uint8)
        image[..., 3:] = 255
        self.on_frame(Frame(self._ids, image, 0.001, "fake", True, channel))
        return self._ids

    def pick(self, camera: Camera, x: float, y: float, on_hits: Any) -> None:
        self.picked_at.append((x, y))
        on_hits(self.hits)

    def close(self) -> None:
        self.closed = True
