"""The prediction process of a window whose program predicts by itself: asks it, and passes on its answers."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from handviz.app.wire import Lines
from handviz.errors import HandvizError
from handviz.hypotheses.prediction import Prediction
from handviz.inference.events import Cancelled, Done, Event, Failed, Progress, Ready, Started

ENDED = "The program that predicts has ended; run it again."


class CallerPredictor:
    """Has the methods of PredictionClient. answered and deserted are called by the thread that hears the program."""

    def __init__(self, on_event: Callable[[Event], None], lines: Lines, folder: Path, name: str) -> None:
        self._on_event = on_event
        self._lines = lines
        self._folder = folder
        self._name = name
        self._ids = itertools.count(1)
        self._open: set[int] = set()

    def start(self) -> None:
        """The program waits already."""
        self._on_event(Ready("own program", self._name, ""))

    def submit(
        self,
        image: np.ndarray,
        box: Any = None,
        hand: str | None = None,
        hypotheses: int = 16,
        seed: int = 0,
        intrinsics: np.ndarray | None = None,
    ) -> int:
        """Ask the program for a prediction: its id."""
        number = next(self._ids)
        path = self._folder / f"question-{number}.npy"
        arguments = {
            "box": None if box is None else [float(value) for value in box],
            "hand": hand,
            "hypotheses": int(hypotheses),
            "seed": int(seed),
            "intrinsics": None if intrinsics is None else np.asarray(intrinsics, float).tolist(),
        }
        self._open.add(number)
        self._on_event(Started(number))
        try:
            np.save(path, image)
        except OSError as error:
            self._fail(number, f"The picture cannot be passed on ({error.strerror or error}); free some disk space.")
            return number
        if not self._lines.send(**{"is": "predict"}, id=number, path=str(path), arguments=arguments):
            self._fail(number, ENDED)
        return number

    def cancel(self, request_id: int) -> None:
        """Drop a prediction; the program may still be at it for a while."""
        if request_id in self._open:
            self._open.discard(request_id)
            self._lines.send(**{"is": "cancel"}, id=request_id)
            self._on_event(Cancelled(request_id))

    def close(self) -> None:
        """Nothing is of interest any more."""
        self._open.clear()

    def answered(self, message: dict[str, Any]) -> None:
        """Take in an answer of the program."""
        number = message.get("id")
        if number not in self._open:
            return
        if message["do"] == "progress":
            self._on_event(Progress(number, float(message["fraction"]), str(message["message"])))
            return
        if message["do"] == "failed":
            self._fail(number, str(message["message"]), bool(message["no_hand"]))
            return
        path = Path(message["path"])
        try:
            prediction = Prediction.load(path)
            path.unlink(missing_ok=True)
        except (HandvizError, OSError) as error:
            self._fail(number, str(error))
            return
        self._open.discard(number)
        self._on_event(Done(number, prediction, float(message["seconds"])))

    def deserted(self) -> None:
        """The program has ended: what it was asked stays without an answer."""
        for number in sorted(self._open):
            self._fail(number, ENDED)

    def _fail(self, number: int, message: str, no_hand: bool = False) -> None:
        self._open.discard(number)
        self._on_event(Failed(number, message, no_hand))
