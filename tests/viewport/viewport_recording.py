"""Meshes, cameras and a client that remembers what it was told."""

import queue
import time
from collections.abc import Callable

import numpy as np

from handviz.geometry.cameras import Camera
from handviz.geometry.orbit import OrbitView
from handviz.viewport import Frame, RenderClient, RenderStatus

PATIENCE_S = 60.0


class Recorder:
    """A render client together with everything it has called back with."""

    def __init__(self, backend: str = "embree", environment: dict[str, str] | None = None) -> None:
        self.frames: queue.Queue[Frame] = queue.Queue()
        self.statuses: list[RenderStatus] = []
        self.client = RenderClient(self.frames.put, self.statuses.append, backend, environment)

    def picture(self, camera: Camera, full_detail: bool = True) -> Frame:
        """The frame of a new request, the refined one or the quick one."""
        request_id = self.client.request_frame(camera, interactive=not full_detail)
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            frame = self.frames.get(timeout=PATIENCE_S)
            if frame.request_id == request_id and (frame.full_detail or not full_detail):
                return frame
        raise AssertionError("no picture came")

    def hits(self, camera: Camera, x: float, y: float) -> list:
        """What a pick finds."""
        answers: queue.Queue[list] = queue.Queue()
        self.client.pick(camera, x, y, answers.put)
        return answers.get(timeout=PATIENCE_S)

    def wait_for(self, condition: Callable[[], bool]) -> None:
        """Return once the condition holds."""
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < deadline, self.statuses
            time.sleep(0.01)


def ball(centre: tuple[float, float, float], radius: float, rings: int = 24) -> tuple[np.ndarray, np.ndarray]:
    """A sphere: vertices (V, 3), faces (F, 3), normals outwards."""
    polar = np.linspace(0.0, np.pi, rings)[:, None]
    around = np.linspace(0.0, 2.0 * np.pi, 2 * rings, endpoint=False)[None]
    unit = np.stack([np.sin(polar) * np.cos(around), np.sin(polar) * np.sin(around), np.cos(polar) + 0 * around], -1)
    index = np.arange(unit.shape[0] * unit.shape[1]).reshape(unit.shape[:2])
    a, b = index[:-1], np.roll(index[:-1], -1, axis=1)
    c, d = index[1:], np.roll(index[1:], -1, axis=1)
    faces = np.concatenate([np.stack([a, c, b], -1).reshape(-1, 3), np.stack([b, c, d], -1).reshape(-1, 3)])
    return (unit.reshape(-1, 3) * radius + centre).astype(np.float32), faces.astype(np.int32)


def balls(centres: np.ndarray, radius: float) -> tuple[np.ndarray, np.ndarray]:
    """Spheres as hypotheses and timesteps: centres (K, T, 3) to vertices (K, T, V, 3), faces (F, 3)."""
    unit, faces = ball((0.0, 0.0, 0.0), radius)
    return (unit + np.asarray(centres, np.float32)[:, :, None]).astype(np.float32), faces


def front_camera(width: int = 160, height: int = 120) -> Camera:
    """Half a metre before (0, 0, 0.5), looking along z."""
    return OrbitView(target=(0.0, 0.0, 0.5), distance=0.5).camera(width, height)


def dominant(image: np.ndarray, channel: int) -> np.ndarray:
    """Where an image (H, W, 3) is coloured in that channel above all: (H, W) bool."""
    others = np.delete(image.astype(int), channel, axis=2).max(2)
    return image[..., channel].astype(int) > others + 25
