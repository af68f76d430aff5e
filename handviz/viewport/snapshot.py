"""One picture of meshes, for documents and tests."""

import queue

import numpy as np

from handviz.errors import HandvizError
from handviz.geometry.cameras import Camera
from handviz.viewport.client import RenderClient
from handviz.viewport.messages import Frame, RenderStatus


def snapshot(
    vertices: np.ndarray,
    faces: np.ndarray,
    colors: np.ndarray,
    camera: Camera,
    background: np.ndarray | tuple[float, float, float] = (1.0, 1.0, 1.0),
    *,
    visible: np.ndarray | None = None,
    ghosts: np.ndarray | None = None,
    time: float | None = None,
    backend: str = "auto",
    timeout_s: float = 60.0,
) -> np.ndarray:
    """Draw meshes once in full detail: an image (H, W, 3) uint8 of the camera's size.

    vertices (K, T, V, 3) metres, faces (F, 3), colors (K, T, 3) or (K, T, V, 3) sRGB 0..1, background as in
    RenderClient.set_background, visible and ghosts (K, T) bool, time as in RenderClient.set_time. Raises HandvizError
    when no renderer answers in time.
    """
    answers: queue.Queue[Frame | RenderStatus] = queue.Queue()
    client = RenderClient(answers.put, answers.put, backend)
    client.set_meshes(vertices, faces)
    client.set_colors(colors)
    client.set_background(background)
    if visible is not None:
        client.set_visible(visible)
    if ghosts is not None:
        client.set_ghosts(ghosts)
    client.set_time(time)
    client.request_frame(camera)
    client.start()
    try:
        while True:
            answer = answers.get(timeout=timeout_s)
            if isinstance(answer, Frame) and answer.full_detail:
                return answer.image
            if isinstance(answer, RenderStatus) and answer.state == "failed":
                raise HandvizError(answer.message)
    except queue.Empty:
        raise HandvizError("The renderer gave no picture in time; `handviz doctor` says what it lacks.") from None
    finally:
        client.close()
