"""The two helper processes as seen from Qt: what their reader threads report arrives in the UI thread as signals."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from PySide6.QtCore import QObject, Qt, Signal

from handviz.geometry.cameras import Camera
from handviz.inference.worker_launch import WorkerProcess, WorkerSettings
from handviz.viewport import MAIN, Frame


class PredictionProcess(Protocol):
    """handviz.inference.worker.PredictionClient, or what a test puts in its place."""

    def start(self) -> None:
        """Start the process."""

    def submit(
        self,
        image: np.ndarray,
        box: Any = None,
        hand: str | None = None,
        hypotheses: int = 16,
        seed: int = 0,
        intrinsics: np.ndarray | None = None,
    ) -> int:
        """Queue a prediction and return its id."""

    def cancel(self, request_id: int) -> None:
        """Drop a queued or running prediction."""

    def close(self) -> None:
        """End the process."""


@dataclass(frozen=True)
class ClientFactories:
    """How the window makes its helper processes; tests hand in others."""

    predictor: Callable[[Callable[[Any], None]], PredictionProcess]
    """From on_event to a client that is not started."""
    renderer: Callable[[Callable[[Any], None], Callable[[Any], None]], Any]
    """From on_frame and on_status to a client that is not started."""
    predictor_with: Callable[[Callable[[Any], None], str], PredictionProcess] | None = None
    """From on_event and a folder of weights to a client that is not started; None where only one set can be used."""


def real_clients(
    predicting: WorkerSettings | None = None, started: WorkerProcess | None = None, eager: bool = True
) -> ClientFactories:
    """Factories of the real processes; started is a prediction process that runs already, and without eager it starts
    with the first request."""

    settings = predicting or WorkerSettings()
    # A second client, for a batch say, gets a process of its own.
    waiting = [] if started is None else [started]

    def predictor(on_event: Callable[[Any], None]) -> PredictionProcess:
        from handviz.inference.worker import PredictionClient

        return PredictionClient(
            on_event,
            settings.device,
            settings.weights,
            settings.hand_model,
            settings.predictor,
            waiting.pop() if waiting else None,
            eager,
        )

    def predictor_with(on_event: Callable[[Any], None], folder: str) -> PredictionProcess:
        from handviz.inference.worker import PredictionClient

        return PredictionClient(on_event, settings.device, folder, settings.hand_model)

    def renderer(on_frame: Callable[[Any], None], on_status: Callable[[Any], None]) -> Any:
        from handviz.viewport import RenderClient

        return RenderClient(on_frame, on_status)

    return ClientFactories(predictor, renderer, predictor_with)


class PredictionBridge(QObject):
    """The prediction process; its events come out of the signal `event` in the UI thread."""

    event = Signal(object)
    _from_thread = Signal(object)

    def __init__(self, make: Callable[[Callable[[Any], None]], PredictionProcess], parent: QObject) -> None:
        super().__init__(parent)
        self._from_thread.connect(self.event, Qt.ConnectionType.QueuedConnection)
        self.client = make(self._from_thread.emit)

    def detach(self) -> None:
        """Report nothing any more."""
        self._from_thread.disconnect()

    def close(self) -> None:
        """End the process; nothing is reported any more."""
        self.detach()
        self.client.close()


class RenderBridge(QObject):
    """The render process; pictures, its state and hits come out of signals in the UI thread."""

    frame = Signal(object)
    overlay = Signal(object)
    """Pictures of other channels than the viewport's."""
    status = Signal(object)
    hits = Signal(object, object)
    _frame_from_thread = Signal(object)
    _status_from_thread = Signal(object)
    _hits_from_thread = Signal(object, object)

    def __init__(self, make: Callable[[Callable[[Any], None], Callable[[Any], None]], Any], parent: QObject) -> None:
        super().__init__(parent)
        queued = Qt.ConnectionType.QueuedConnection
        self._frame_from_thread.connect(self._sort, queued)
        self._status_from_thread.connect(self.status, queued)
        self._hits_from_thread.connect(self.hits, queued)
        self.client = make(self._frame_from_thread.emit, self._status_from_thread.emit)

    def _sort(self, frame: Frame) -> None:
        (self.frame if frame.channel == MAIN else self.overlay).emit(frame)

    def set_meshes(self, vertices: np.ndarray, faces: np.ndarray) -> None:
        """Replace all meshes: vertices (K, T, V, 3) metres, faces (F, 3)."""
        self.client.set_meshes(vertices, faces)

    def set_extras(self, extras: np.ndarray) -> None:
        """Further meshes (M, T, V, 3) behind them."""
        self.client.set_extras(extras)

    def set_colors(self, colors: np.ndarray) -> None:
        """Colours (K + M, T, 3) or (K + M, T, V, 3), 0..1 or uint8."""
        self.client.set_colors(colors)

    def set_visible(self, visible: np.ndarray) -> None:
        """Mask (K + M, T) of the meshes to draw."""
        self.client.set_visible(visible)

    def set_ghosts(self, ghosts: np.ndarray, tone: np.ndarray) -> None:
        """Mask (K + M, T) of the meshes to draw as ghosts, and the grey (3,) in 0..1 that their colours tend to."""
        self.client.set_ghosts(ghosts, tone)

    def set_time(self, time: float | None) -> None:
        """Draw hands at a time between the timesteps; None draws the timesteps."""
        self.client.set_time(time)

    def set_background(self, background: np.ndarray) -> None:
        """A colour (3,) in 0..1, or an image (H, W, 3) uint8."""
        self.client.set_background(background)

    def request_frame(self, camera: Camera, interactive: bool = False, **how: Any) -> int:
        """Ask for a picture, as RenderClient.request_frame does; its id."""
        return self.client.request_frame(camera, interactive, **how)

    def pick(self, camera: Camera, x: float, y: float, ticket: object) -> None:
        """Find the meshes under an image pixel; `hits` carries them with the ticket."""
        self.client.pick(camera, x, y, lambda hits: self._hits_from_thread.emit(hits, ticket))

    def detach(self) -> None:
        """Report nothing any more."""
        for signal in (self._frame_from_thread, self._status_from_thread, self._hits_from_thread):
            signal.disconnect()

    def close(self) -> None:
        """End the process; nothing is reported any more."""
        self.detach()
        self.client.close()
