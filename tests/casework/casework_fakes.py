"""A prediction client without a process of its own, and photos for it."""

import queue
import threading
from pathlib import Path

import numpy as np
from PIL import Image

from handviz.errors import HandNotFoundError, HandvizError
from handviz.inference.events import Cancelled, Done, Failed, Ready, Started, WorkerDied

BOX = (40.0, 30.0, 60.0, 60.0)


class ThreadClient:
    """Answers like PredictionClient, from a thread and a predictor that is loaded already."""

    predictor = None
    hold = threading.Event()
    """Cleared, predictions wait."""
    refusals: list[str]
    """Messages with which starts are refused, the next first."""
    made = 0

    def __init__(self, on_event, device, weights, hand_model, predictor):
        type(self).made += 1
        self._on_event, self._queue, self._next = on_event, queue.Queue(), 1
        self._cancelled = set()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self):
        self._thread.start()

    def submit(self, image, **arguments):
        self._next += 1
        self._queue.put((self._next, image, arguments))
        return self._next

    def cancel(self, request):
        self._cancelled.add(request)

    def close(self):
        self._queue.put(None)
        self._thread.join()

    def _run(self):
        if self.refusals:
            self._on_event(WorkerDied(self.refusals.pop(0), False))
            return
        known = self.predictor.provenance
        self._on_event(Ready(known["device"], known["weights"], known["hand_model"], known))
        while (work := self._queue.get()) is not None:
            request, image, arguments = work
            self._on_event(Started(request))
            while not self.hold.wait(0.02):
                if not self._queue.empty():  # closed while it is held up
                    return
            try:
                if request in self._cancelled:
                    self._on_event(Cancelled(request))
                    continue
                self._on_event(Done(request, self.predictor.predict(image, **arguments), 0.1))
            except HandvizError as error:
                self._on_event(Failed(request, str(error), isinstance(error, HandNotFoundError)))


def write_photos(folder: Path, count: int, seed: int = 0) -> list[Path]:
    """Small photos of noise, all different."""
    folder.mkdir(exist_ok=True)
    paths = []
    for number in range(count):
        image = np.random.default_rng([seed, number]).integers(0, 255, (120, 160, 3), dtype=np.uint8)
        paths.append(folder / f"photo{number:02d}.png")
        Image.fromarray(image).save(paths[-1])
    return paths


class Recorder:
    """Keeps events, and lets a test wait for one."""

    def __init__(self):
        self.events = []
        self._queue = queue.Queue()

    def __call__(self, event):
        self.events.append(event)
        self._queue.put(event)

    def until(self, fits, timeout=60.0):
        while True:
            event = self._queue.get(timeout=timeout)
            if fits(event):
                return event

    def of(self, kind):
        return [event for event in self.events if isinstance(event, kind)]
