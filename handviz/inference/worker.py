"""Predictions in a process of their own, so that whoever asks is never held up and survives whatever happens there."""

import logging
import multiprocessing
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

import numpy as np

from handviz.errors import InputError
from handviz.inference.events import Cancelled, Done, Event, Failed, Progress, Ready, Started, WorkerDied
from handviz.inference.worker_launch import WorkerProcess, WorkerSettings

_GRACE_S = 0.7
"""How long a cancelled prediction may take to notice before its process is killed."""
_MAX_TRIES = 2
"""A request during which the worker died this often is given up."""
_MAX_FRUITLESS_STARTS = 3
"""Deaths before ever being ready after which restarting waits for the next request."""

_log = logging.getLogger(__name__)


@dataclass(eq=False)
class _Request:
    id: int
    image: np.ndarray
    arguments: dict[str, Any]
    tries: int = 0


class PredictionClient:
    """A queue of predictions answered by one worker process, which is restarted when it dies.

    on_event is called from a thread of the client's own, for every Event in order; what it raises is logged. start,
    submit and cancel return at once; all methods may be called from any thread.
    """

    def __init__(
        self,
        on_event: Callable[[Event], None],
        device: str = "auto",
        weights: str | Path | None = None,
        hand_model: str | Path | None = None,
        predictor: str | None = None,
        started: WorkerProcess | None = None,
        eager: bool = True,
    ):
        """device, weights and hand_model are Predictor.load's; predictor names another one in their place (see
        protocol.py). started is a worker with the same settings that runs already. Without eager the worker starts with
        the first request."""
        self._on_event = on_event
        paths = (None if path is None else str(path) for path in (weights, hand_model))
        self._settings = WorkerSettings(device, *paths, predictor)
        self._started = started
        self._lock = threading.Lock()
        self._queue: deque[_Request] = deque()
        self._to_cancel: set[int] = set()
        self._next_id = 1
        self._closing = False
        self._wanted = eager  # False once starting has proved fruitless as well, until the next request
        self._awoken = False
        self._wake_read, self._wake_write = multiprocessing.Pipe(duplex=False)
        # The rest belongs to the client's thread alone.
        self._process: WorkerProcess | None = None
        self._ready = False
        self._fruitless_starts = 0
        self._running: _Request | None = None
        self._kill_at: float | None = None
        self._thread = threading.Thread(target=self._run, name="prediction-client", daemon=True)

    def start(self) -> None:
        """Start loading the networks in the worker; Ready follows."""
        self._thread.start()

    def submit(
        self,
        image: np.ndarray,
        box: Sequence[float] | np.ndarray | None = None,
        hand: str | None = None,
        hypotheses: int = 16,
        seed: int = 0,
        intrinsics: np.ndarray | None = None,
    ) -> int:
        """Queue a prediction and return its id; the arguments are Predictor.predict's.

        image (H, W, 3) uint8 must not be changed until the answer. Raises InputError when it is no such array; all else
        is checked by the worker and comes back as Failed.
        """
        if not isinstance(image, np.ndarray) or image.dtype != np.uint8 or image.ndim != 3 or not image.size:
            raise InputError("The image is not an array (H, W, 3) of uint8 RGB; convert it first.")
        arguments = {"box": box, "hand": hand, "hypotheses": hypotheses, "seed": seed, "intrinsics": intrinsics}
        with self._lock:
            request = _Request(self._next_id, image, arguments)
            self._next_id += 1
            self._queue.append(request)
            self._wanted = True
        self._wake()
        return request.id

    def cancel(self, request_id: int) -> None:
        """Cancel a queued or running request; Cancelled follows unless it is answered already or unknown."""
        with self._lock:
            self._to_cancel.add(request_id)
        self._wake()

    def close(self) -> None:
        """End the worker; no event comes any more."""
        with self._lock:
            self._closing = True
        self._wake()
        if not self._thread.ident and self._started is not None:
            self._started.end()
        if self._thread.is_alive() and threading.current_thread() is not self._thread:
            self._thread.join()

    def _wake(self) -> None:
        with self._lock:
            if self._awoken:
                return
            self._awoken = True
        with suppress(OSError):
            self._wake_write.send_bytes(b".")

    def _emit(self, event: Event) -> None:
        if self._closing:
            return
        try:
            self._on_event(event)
        except Exception:
            _log.exception("A listener failed on %s", type(event).__name__)

    # What follows runs in the client's thread.

    def _run(self) -> None:
        try:
            while not self._closing:
                if self._process is None and self._wanted:
                    self._spawn()
                self._dispatch()
                self._wait()
                self._carry_out_cancellations()
        finally:
            self._process = self._process or self._started
            self._end_process()
            self._wake_read.close()
            self._wake_write.close()

    def _spawn(self) -> None:
        self._ready = False
        started, self._started = self._started, None
        self._process = started or WorkerProcess(self._settings)

    def _dispatch(self) -> None:
        """Hand the worker the next request, if it is free."""
        while self._ready and self._running is None:
            with self._lock:
                if not self._queue:
                    return
                request = self._running = self._queue.popleft()
            request.tries += 1
            self._emit(Started(request.id))
            try:
                self._process.connection.send(("predict", request.id, request.image.shape, request.arguments))
                self._process.connection.send_bytes(np.ascontiguousarray(request.image).reshape(-1))
            except OSError:
                return  # it died: its end is noticed next
            except Exception as error:  # arguments that cannot be sent are the caller's fault, not the worker's
                self._running = None
                self._emit(Failed(request.id, f"The request cannot be passed on ({error}); check its box."))

    def _wait(self) -> None:
        """Wait for something to happen and deal with it."""
        sources: list[Any] = [self._wake_read]
        if self._process is not None:
            sources.append(self._process.connection)
        timeout = None if self._kill_at is None else max(0.0, self._kill_at - time.monotonic())
        happened = wait(sources, timeout)
        if self._wake_read in happened:
            self._wake_read.recv_bytes()
            with self._lock:
                self._awoken = False
        if self._process is not None and self._process.connection in happened:
            self._receive()
        if self._kill_at is not None and time.monotonic() >= self._kill_at:
            cancelled = self._running
            self._end_process(at_once=True)
            self._running = None
            if cancelled is not None:
                self._emit(Cancelled(cancelled.id))

    def _receive(self) -> None:
        try:
            while self._process is not None and self._process.connection.poll():
                self._handle(self._process.connection.recv())
        except (EOFError, OSError):
            self._bury()

    def _handle(self, message: tuple) -> None:
        kind, *values = message
        if kind == "ready":
            self._ready = True
            self._fruitless_starts = 0
            self._emit(Ready(*values))
        elif kind == "refused":
            self._end_process()
            self._give_up(values[0])
        elif kind == "progress":
            self._emit(Progress(*values))
        else:
            cancelled = self._kill_at is not None
            self._running = self._kill_at = None
            if kind == "cancelled" or cancelled:
                self._emit(Cancelled(values[0]))
            else:
                self._emit(Done(*values) if kind == "done" else Failed(*values))

    def _bury(self) -> None:
        """Deal with a worker that ended by itself."""
        process, request, was_ready = self._process, self._running, self._ready
        cancelled = self._kill_at is not None
        self._end_process(at_once=True)
        self._running = None
        cause = f"The prediction process ended unexpectedly (exit code {process.exit_code})"
        if not was_ready:
            self._fruitless_starts += 1
            if self._fruitless_starts >= _MAX_FRUITLESS_STARTS:
                self._give_up(f"{cause} while loading the networks, several times; see handviz doctor.")
                return
        self._emit(WorkerDied(f"{cause}; it is started again.", True))
        if request is None:
            return
        if cancelled:
            self._emit(Cancelled(request.id))
        elif request.tries >= _MAX_TRIES:
            self._emit(Failed(request.id, f"{cause} on this photo, twice; use a smaller photo or fewer hypotheses."))
        else:
            with self._lock:
                self._queue.appendleft(request)

    def _give_up(self, message: str) -> None:
        """Stay without a worker until the next request; all requests so far fail."""
        self._fruitless_starts = 0
        with self._lock:
            failed = list(self._queue)
            self._queue.clear()
            self._wanted = False
        self._emit(WorkerDied(message, False))
        for request in failed:
            self._emit(Failed(request.id, message))

    def _carry_out_cancellations(self) -> None:
        with self._lock:
            wanted, self._to_cancel = self._to_cancel, set()
            dropped = [request for request in self._queue if request.id in wanted]
            for request in dropped:
                self._queue.remove(request)
        for request in dropped:
            self._emit(Cancelled(request.id))
        if self._running is not None and self._running.id in wanted and self._kill_at is None:
            self._kill_at = time.monotonic() + _GRACE_S
            with suppress(OSError):
                self._process.connection.send(("cancel", self._running.id))

    def _end_process(self, at_once: bool = False) -> None:
        process = self._process
        self._process = self._kill_at = None
        self._ready = False
        if process is None:
            return
        if not at_once:
            with suppress(OSError):
                process.connection.send(("close",))
        # A worker that still loads or computes cannot listen; there is nothing it would have to save.
        process.end(0.0 if at_once else 0.3)
