"""Runs a sweep in the background: reads the picture, blurs it, has every step predicted, one after the other."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Qt, QThreadPool, Signal
from PySide6.QtGui import QImage

from handviz.app.attempts import attempt
from handviz.app.clients import PredictionBridge
from handviz.app.loading import pyramid_of
from handviz.app.models.comparison import CaseReference
from handviz.app.models.session import Picture, SessionModel
from handviz.errors import InputError
from handviz.hypotheses.prediction import Prediction
from handviz.hypotheses.sweep import Step, measure
from handviz.inference.events import Cancelled, Done, Event, Failed, WorkerDied
from handviz.inference.sweep_pictures import SweepPlan, SweepSource, frames_needed, read_source, sweep_pictures


@dataclass(frozen=True, eq=False)
class SweepPicture:
    """A step that is done."""

    step: Step
    picture: Picture
    """As it was predicted, blurred."""
    pyramid: tuple[QImage, ...]
    """That picture, halved again and again."""
    prediction: Prediction


def source_of(case: CaseReference, plan: SweepPlan, at_hand: SessionModel | None) -> SweepSource:
    """What a sweep of a case starts from; its picture at hand is not read again. Raises HandvizError."""
    picture = None if at_hand is None else at_hand.picture
    if picture is None or (plan.kind == "frames" and picture.is_video):
        return read_source(case.path, case.frame, plan)
    frames_needed(plan, picture.frame, picture.frame_count)
    return SweepSource(
        (picture.image,), picture.focal_px, picture.frame, picture.frame_count, picture.frames_per_second,
        at_hand.truth,
    )  # fmt: skip


class SweepRunner(QObject):
    """One sweep at a time. started carries the box side in px and the timesteps once the sharp picture is predicted;
    stepped a SweepPicture; progressed how many of how many steps are done and the seconds left, None while unknown;
    finished whether all are done; failed a sentence."""

    started = Signal(float, object)
    stepped = Signal(object)
    progressed = Signal(int, int, object)
    finished = Signal(bool)
    failed = Signal(str)
    _answered = Signal(int, object, object, object)

    def __init__(self, predictions: PredictionBridge, parent: QObject) -> None:
        super().__init__(parent)
        self._client = predictions.client
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._ticket = 0
        self._request: int | None = None
        self._pending: tuple[float, Picture, tuple[QImage, ...]] | None = None
        self._ready: tuple[float, np.ndarray, tuple[QImage, ...]] | None = None
        self._pictures: Iterator[tuple[float, np.ndarray]] | None = None
        self._sharp: Prediction | None = None
        self._source: SweepSource | None = None
        self._done = self._total = 0
        self.running = False
        self._answered.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        predictions.event.connect(self._handle)

    def start(self, case: CaseReference, plan: SweepPlan, at_hand: SessionModel | None = None) -> None:
        """Sweep a case; at_hand is a session that holds its picture, if there is one."""
        self._stop()
        self.running = True
        self._case, self._plan = case, plan
        self._source = self._sharp = self._pictures = self._ready = None
        self._done, self._total = 0, plan.steps
        self._begun = time.monotonic()
        self.progressed.emit(0, self._total, None)

        def read() -> tuple[SweepSource, tuple[QImage, ...]]:
            source = source_of(case, plan, at_hand)
            return source, pyramid_of(source.sharp)

        self._work(read, self._take_source)

    def cancel(self) -> None:
        """Leave the sweep where it is."""
        if self.running:
            self._stop()
            self.finished.emit(False)

    def close(self) -> None:
        """End the thread."""
        self._stop()
        self._pool.waitForDone()

    def _stop(self) -> None:
        self.running = False
        self._ticket += 1
        if self._request is not None:
            self._client.cancel(self._request)
            self._request = None

    def _work(self, work: Callable[[], object], then: Callable[[object], None]) -> None:
        """Call work in the thread and then(result) here, unless the sweep has ended meanwhile."""
        ticket = self._ticket

        def run() -> None:
            no_memory = "There is not enough memory for this sweep; ask for fewer steps."
            self._answered.emit(ticket, *attempt(work, no_memory, "The picture could not be blurred"), then)

        # Not a QRunnable: Qt deletes it behind PySide's back, which then takes whatever is next at its address for it.
        self._pool.start(run)

    def _deliver(self, ticket: int, result: object, error: str | None, then: Callable[[object], None]) -> None:
        if ticket != self._ticket:
            return
        if error is not None:
            self._fail(error)
        else:
            then(result)

    def _fail(self, message: str) -> None:
        self._stop()
        self.failed.emit(message)
        self.finished.emit(False)

    def _take_source(self, read: tuple[SweepSource, tuple[QImage, ...]]) -> None:
        source, pyramid = read
        self._source = source
        if self._plan.kind == "frames":
            self._total = len(source.images) // 2 + 1
        hand = None if self._case.hand == "auto" else self._case.hand
        self._submit(0.0, source.sharp, pyramid, self._case.box, hand)

    def _picture(self, image: np.ndarray) -> Picture:
        source = self._source
        path = Path(self._case.path)
        return Picture(path, image, source.frame, source.frame_count, source.frames_per_second, source.focal_px)

    def _submit(
        self, blur_px: float, image: np.ndarray, pyramid: tuple[QImage, ...], box: object, hand: str | None
    ) -> None:
        picture = self._picture(image)
        self._pending = blur_px, picture, pyramid
        self._request = self._client.submit(
            picture.image,
            box=box,
            hand=hand,
            hypotheses=self._case.hypotheses,
            seed=self._case.seed,
            intrinsics=picture.intrinsics,
        )

    def _handle(self, event: Event) -> None:
        if not self.running or self._request is None:
            return
        if isinstance(event, WorkerDied) and not event.restarting:
            self._fail(event.message)
        elif isinstance(event, (Done, Failed, Cancelled)) and event.id == self._request:
            self._request = None
            if isinstance(event, Done):
                self._take_prediction(event.prediction)
            elif isinstance(event, Failed):
                self._fail(event.message)
            else:
                self._fail("The sweep was cancelled.")

    def _take_prediction(self, prediction: Prediction) -> None:
        blur_px, picture, pyramid = self._pending
        try:
            step = measure(prediction, blur_px, self._source.truth)
        except InputError as error:
            self._fail(str(error))
            return
        if self._sharp is None:
            self._sharp = prediction
            self.started.emit(float(prediction.box[2:].max()), prediction.timesteps)
            self._pictures = sweep_pictures(self._plan, self._source.images, prediction)
            self._blur_next()
        self._done += 1
        self.stepped.emit(SweepPicture(step, picture, pyramid, prediction))
        each = (time.monotonic() - self._begun) / self._done
        self.progressed.emit(self._done, self._total, each * (self._total - self._done))
        if self._done >= self._total:
            self.running = False
            self.finished.emit(True)
        else:
            self._predict_next()

    def _blur_next(self) -> None:
        """Blur the next picture while this one is predicted."""
        pictures = self._pictures

        def blur() -> tuple[float, np.ndarray, tuple[QImage, ...]] | None:
            blurred = next(pictures, None)
            return None if blurred is None else (*blurred, pyramid_of(blurred[1]))

        self._work(blur, self._take_blurred)

    def _take_blurred(self, blurred: tuple[float, np.ndarray, tuple[QImage, ...]] | None) -> None:
        self._ready = blurred
        self._predict_next()

    def _predict_next(self) -> None:
        if self._ready is None or self._request is not None:
            return
        (blur_px, image, pyramid), self._ready = self._ready, None
        box = tuple(float(value) for value in self._sharp.box)
        # Only the blur may differ: the same place, the same side.
        self._submit(blur_px, image, pyramid, box, self._sharp.hand)
        self._blur_next()
