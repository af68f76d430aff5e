"""Predictions for a window by a predictor of the program that shows it; the other end is caller_predictor."""

from __future__ import annotations

import queue
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np

from handviz.app.wire import Lines
from handviz.errors import HandNotFoundError, HandvizError
from handviz.inference.protocol import ForeignPredictor


class _CancelledError(BaseException):
    """Not an Exception, which a predictor may well swallow."""


class PredictionServer:
    """Answers the window with a predictor that lives in this program, one request after another in a thread."""

    def __init__(self, predictor: ForeignPredictor, lines: Lines, folder: Path) -> None:
        self._predictor = predictor
        self._lines = lines
        self._folder = folder
        self._requests: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._cancelled: set[int] = set()
        self._thread = threading.Thread(target=self._run, name="handviz-predictor", daemon=True)
        self._thread.start()

    def take(self, message: dict[str, Any]) -> None:
        """Take a request, or the wish to drop one."""
        if message["is"] == "cancel":
            self._cancelled.add(message["id"])
        else:
            self._requests.put(message)

    def close(self) -> None:
        """End the thread after what it is at."""
        self._requests.put(None)

    def _run(self) -> None:
        while (request := self._requests.get()) is not None:
            number = request["id"]
            if number in self._cancelled:
                continue
            try:
                self._answer(number, Path(request["path"]), request["arguments"])
            except _CancelledError:
                continue
            except HandvizError as error:
                no_hand = isinstance(error, HandNotFoundError)
                self._lines.send(do="failed", id=number, message=str(error), no_hand=no_hand)
            except (OSError, ValueError) as error:
                self._lines.send(do="failed", id=number, message=f"The picture was lost ({error}).", no_hand=False)

    def _answer(self, number: int, path: Path, arguments: dict[str, Any]) -> None:
        image = np.load(path, allow_pickle=False)
        path.unlink(missing_ok=True)
        if arguments.get("intrinsics") is not None:
            arguments["intrinsics"] = np.asarray(arguments["intrinsics"])
        start = time.perf_counter()

        def progress(fraction: float, message: str) -> None:
            if number in self._cancelled:
                raise _CancelledError
            self._lines.send(do="progress", id=number, fraction=float(fraction), message=str(message))

        prediction = self._predictor.predict(image, **arguments, progress=progress)
        seconds = time.perf_counter() - start
        if number not in self._cancelled:
            answer = self._folder / f"answer-{number}.npz"
            prediction.save(answer)
            self._lines.send(do="predicted", id=number, path=str(answer), seconds=seconds)
