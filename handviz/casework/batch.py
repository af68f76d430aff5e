"""Predicting many pictures into a library, in the background.

run = BatchRun(library, BatchSources((folder,)), on_event=print)
run.start(); run.pause(); run.resume(); run.cancel(); run.join()

Every case is committed as it is made, so a kill at any moment loses nothing but the picture in flight; the same batch
started again skips what the library holds already.
"""

import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from handviz.casework.batch_events import BatchChanged, BatchEvent, BatchProgress, ItemDone, Outcome, WorkerRestarted
from handviz.casework.batch_items import BadSource, BatchItem, BatchSources, list_items
from handviz.casework.case_writer import CaseWriter, imported_key
from handviz.casework.truths import Truths
from handviz.errors import HandvizError, InputError
from handviz.geometry.cameras import pinhole_intrinsics
from handviz.hypotheses.prediction import Prediction
from handviz.hypotheses.triage import TriageSettings
from handviz.inference.arguments import check_request
from handviz.inference.events import Cancelled, Done, Event, Failed, Ready, WorkerDied
from handviz.inference.worker import PredictionClient
from handviz.media.sources import PictureReader
from handviz.review.prediction_cache import PredictionCache
from handviz.review.store import Library

ANNOTATOR = "batch"
"""The journal enters what a batch adds under this name, so that no annotator's undo takes it away."""
_RECENT = 20
"""So many of the last pictures tell the time left."""

_log = logging.getLogger(__name__)
Result = TypeVar("Result")


@dataclass(frozen=True)
class BatchSettings:
    """How a batch predicts; device, weights and hand_model are Predictor.load's, predictor names another one."""

    device: str = "auto"
    weights: Path | None = None
    hand_model: str | Path | None = None
    predictor: str | None = None
    truths: Path | None = None
    """Folder of truths; None for those beside the pictures."""
    triage: TriageSettings = field(default_factory=TriageSettings)


@dataclass(frozen=True)
class _Asked:
    """A picture whose prediction is under way."""

    item: BatchItem
    photo_sha256: str
    arguments: dict[str, Any]
    request: int = 0


class _CancelledError(Exception):
    pass


class BatchRun:
    """One batch. on_event is called from a thread of its own; what it raises is logged. Methods return at once.

    Trouble with library, cache, disk or weights pauses the batch with a message: resume() tries again where it was. A
    picture that cannot be predicted is reported and passed over.
    """

    def __init__(
        self,
        library: Path,
        sources: BatchSources,
        settings: BatchSettings | None = None,
        *,
        on_event: Callable[[BatchEvent], None],
        cache: PredictionCache | None = None,
        make_client: Callable[..., PredictionClient] = PredictionClient,
    ) -> None:
        """Raises InputError when the question is out of range, or the folder of truths is none."""
        check_request(sources.question.hand, sources.question.hypotheses, sources.question.seed)
        self._path, self._sources, self._settings = library, sources, settings or BatchSettings()
        self._truths = Truths(self._settings.truths)
        self._on_event = on_event
        self._cache = cache
        self._make_client = make_client
        self._progress = BatchProgress()
        self._inbox: queue.Queue[Event | None] = queue.Queue()
        self._going = threading.Event()
        self._going.set()
        self._cancelling = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="batch", daemon=True)
        # The rest belongs to the batch's thread alone.
        self._client: PredictionClient | None = None
        self._known: dict[str, str] = {}
        self._reader = PictureReader()
        self._durations: deque[float] = deque(maxlen=_RECENT)
        self._since = 0.0

    @property
    def progress(self) -> BatchProgress:
        """How far it is; may be read from any thread."""
        return self._progress

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def pause(self) -> None:
        """Stop after the picture in flight, which is still added."""
        self._going.clear()
        self._inbox.put(None)

    def resume(self) -> None:
        """Go on, or try again after trouble."""
        self._going.set()
        self._inbox.put(None)

    def cancel(self) -> None:
        """End now; cases added so far stay."""
        self._cancelling.set()
        self._going.set()
        self._inbox.put(None)

    def join(self, timeout: float | None = None) -> bool:
        """Wait for the end; whether it has come."""
        # Ctrl+C in Thread.join makes Python 3.11 and 3.12 believe that the thread has ended.
        return self._thread.ident is None or self._ended.wait(timeout)

    # --- what follows runs in the batch's thread ---------------------------------------------------------------------

    def _run(self) -> None:
        state, message = "cancelled", ""
        try:
            # Cache and library may lie on a drive that is not there yet: that is trouble to wait out, too.
            self._cache = self._cache or self._insist(PredictionCache.default)
            library = self._insist(self._open_library)
            with library:
                writer = self._insist(lambda: CaseWriter(library, self._cache, self._settings.triage))
                self._work(self._list(), writer)
            state = "finished"
        except _CancelledError:
            pass
        except Exception as error:
            _log.exception("A batch ended by itself")
            message = f"The batch ended unexpectedly ({type(error).__name__}: {error}); start it again to go on."
        finally:
            self._reader.close()
            if self._client is not None:
                self._client.close()
            self._change(state=state, message=message, current="", seconds_left=None)
            self._ended.set()

    def _open_library(self) -> Library:
        library = Library.open(self._path, ANNOTATOR)
        if library.trouble:  # it can be read, but nothing can be added to it
            library.close()
            raise InputError(library.trouble)
        return library

    def _list(self) -> list[BatchItem]:
        self._change(state="listing", total=0, failed=0)
        items = []
        for found in list_items(self._sources, self._reader):
            self._check_cancelled()
            self._progress = replace(self._progress, total=self._progress.total + 1)
            if isinstance(found, BadSource):
                self._report(found.label, "failed", None, found.message)
            else:
                items.append(found)
        self._change(total=self._progress.total)
        return items

    def _work(self, items: list[BatchItem], writer: CaseWriter) -> None:
        """Keep one picture in the worker while the next one is read."""
        flight: _Asked | None = None
        self._change(state="running")
        for item in items:
            if not self._going.is_set():
                flight = self._land(flight, writer)
            self._wait_while_paused()
            try:
                prepared = self._prepare(item, writer)
            except InputError as error:
                prepared = "failed", None, str(error)
            flight = self._land(flight, writer)
            if isinstance(prepared, tuple):
                self._report(item.label, *prepared)
            else:
                self._wait_while_paused()
                flight = self._ask(prepared)
        self._land(flight, writer)

    def _prepare(self, item: BatchItem, writer: CaseWriter) -> _Asked | tuple[Outcome, int | None, str]:
        """What is to be asked about a picture, or what became of it where nothing is. Raises InputError."""
        picture = item.picture
        photo_sha256 = self._reader.sha256(picture)
        if item.photo_sha256 not in (None, photo_sha256):
            raise InputError(f"{picture.path} is not the file that the manifest means: its content has changed.")
        if item.prediction is not None:
            key = imported_key(photo_sha256, picture.frame, item.prediction)
        else:
            self._load_networks()
            key = item.question.key(photo_sha256, picture.frame, self._known)
        case_id = writer.already(key, photo_sha256, item)
        if case_id is not None:
            return "already", case_id, ""
        made = Prediction.load(item.prediction) if item.prediction is not None else writer.cache.get(key)
        if made is not None:
            return self._write(item, made, key, photo_sha256, writer)
        opened = self._reader.read(picture)
        height, width = opened.image.shape[:2]
        question = item.question
        arguments = {
            "image": opened.image, "box": question.box, "hand": question.hand, "hypotheses": question.hypotheses,
            "seed": question.seed,
            "intrinsics": pinhole_intrinsics(opened.focal_px, width, height) if opened.focal_px else None,
        }  # fmt: skip
        return _Asked(item, opened.sha256, arguments)

    def _write(
        self, item: BatchItem, made: Prediction, key: str, photo_sha256: str, writer: CaseWriter
    ) -> tuple[Outcome, int | None, str]:
        try:
            truth = self._truths.of(item.picture)
        except InputError as error:
            return "failed", None, str(error)
        case_id, changed = self._insist(lambda: writer.write(item, made, key, photo_sha256, truth))
        return "predicted" if changed else "already", case_id, ""

    def _ask(self, asked: _Asked) -> _Asked:
        assert self._client is not None
        self._since = time.monotonic()
        self._change(current=asked.item.label)
        return replace(asked, request=self._client.submit(**asked.arguments))

    def _land(self, flight: _Asked | None, writer: CaseWriter) -> None:
        """Wait for the picture in flight and add it to the library."""
        while flight is not None:
            event = self._next_event()
            if isinstance(event, WorkerDied) and not event.restarting:
                # It could not load its networks any more; the picture is asked again once somebody has helped.
                self._drop_networks(event.message)
                self._load_networks()
                flight = self._ask(flight)
            elif getattr(event, "id", None) != flight.request:
                continue
            elif isinstance(event, Done):
                item, made = flight.item, event.prediction
                key = self._key(flight)
                result = self._write(item, made, key, flight.photo_sha256, writer)
                self._durations.append(time.monotonic() - self._since)
                self._report(item.label, *result)
                return
            elif isinstance(event, Failed):
                self._report(flight.item.label, "failed", self._unfound(flight, event, writer), event.message)
                return
            elif isinstance(event, Cancelled):
                raise _CancelledError

    def _unfound(self, flight: _Asked, event: Failed, writer: CaseWriter) -> int | None:
        """The case of a picture in which no hand was found: a person may draw the box."""
        if not event.hand_not_found:
            return None
        return self._insist(lambda: writer.write_unfound(flight.item, self._key(flight), flight.photo_sha256))

    def _key(self, flight: _Asked) -> str:
        return flight.item.question.key(flight.photo_sha256, flight.item.picture.frame, self._known)

    # --- the worker --------------------------------------------------------------------------------------------------

    def _load_networks(self) -> None:
        """Have a worker that is ready; the first time, or after it was dropped."""
        while self._client is None:
            self._change(state="loading")
            settings = self._settings
            self._client = self._make_client(
                self._inbox.put, settings.device, settings.weights, settings.hand_model, settings.predictor
            )
            self._client.start()
            while not isinstance(event := self._next_event(), Ready):
                if isinstance(event, WorkerDied) and not event.restarting:
                    self._drop_networks(event.message)
                    break
            else:
                self._change(state="running")

    def _drop_networks(self, message: str) -> None:
        assert self._client is not None
        self._client.close()
        self._client = None
        # Another worker counts its requests anew: what the last one still said must not be taken for its answers.
        while not self._inbox.empty():
            self._inbox.get_nowait()
        self._have_trouble(message)

    def _next_event(self) -> Event:
        """What the worker reports next. Raises _CancelledError."""
        while True:
            event = self._inbox.get()
            self._check_cancelled()
            if isinstance(event, Ready):
                self._known = event.provenance
            if isinstance(event, WorkerDied) and event.restarting:
                self._emit(WorkerRestarted(event.message, self._progress))
            elif event is not None:
                return event

    # --- pausing, trouble, reports -----------------------------------------------------------------------------------

    def _check_cancelled(self) -> None:
        if self._cancelling.is_set():
            raise _CancelledError

    def _wait_while_paused(self, message: str = "") -> None:
        if not self._going.is_set():
            before = self._progress.state
            self._change(state="paused", message=message, current="")
            self._check_cancelled()  # it may have come before the way was barred
            self._going.wait()
            self._check_cancelled()
            self._change(state=before, message="")
        self._check_cancelled()

    def _have_trouble(self, message: str) -> None:
        self._going.clear()
        self._wait_while_paused(message)

    def _insist(self, action: Callable[[], Result]) -> Result:
        """What action returns; while it raises a sentence the batch pauses and tries again on resume."""
        while True:
            try:
                return action()
            except HandvizError as error:
                self._have_trouble(str(error))

    def _report(self, label: str, outcome: Outcome, case_id: int | None, message: str) -> None:
        count = {outcome: getattr(self._progress, outcome) + 1}
        self._progress = replace(self._progress, **count)
        self._progress = replace(self._progress, seconds_left=self._seconds_left())
        self._emit(ItemDone(label, outcome, case_id, message, self._progress))

    def _seconds_left(self) -> float | None:
        if not self._durations:
            return None
        return sum(self._durations) / len(self._durations) * (self._progress.total - self._progress.done)

    def _change(self, **values: Any) -> None:
        self._progress = replace(self._progress, **values)
        self._emit(BatchChanged(self._progress))

    def _emit(self, event: BatchEvent) -> None:
        try:
            self._on_event(event)
        except Exception:
            _log.exception("A listener failed on %s", type(event).__name__)
