"""What a program and the window that it shows tell each other: one JSON object a line, arrays through files.

To the window, by its standard input:

- `{"do": "show", "path", "options"}`: show a prediction (.npz), a photo or a video; options are those of ShowOptions
- `{"do": "screenshot", "id", "path"}`: write a picture of the window once it is at rest
- `{"do": "predicted", "id", "path", "seconds"}`, `{"do": "failed", "id", "message", "no_hand"}`,
  `{"do": "progress", "id", "fraction", "message"}`: answers of a predictor that runs in the program
- `{"do": "close"}`

From the window, by its standard output:

- `{"is": "ready", "visible"}`: it is shown, on a screen or not
- `{"is": "shown", "path"}`, `{"is": "refused", "path", "message"}`: what became of "show"
- `{"is": "saved", "id"}`, `{"is": "unsaved", "id", "message"}`: what became of "screenshot"
- `{"is": "predict", "id", "path", "arguments"}`, `{"is": "cancel", "id"}`: for the program's predictor; path is a .npy
- the end of the stream: it was closed
"""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

MAX_LINE = 1 << 20


@dataclass(frozen=True)
class ShowOptions:
    """How to look at what is shown; None leaves things as they are."""

    threshold: float | None = None
    """Score from which hypotheses are kept."""
    view: str | None = None
    """ "camera", "front", "side" or "top"."""
    frame: int = 0
    """Frame of a video, from 0."""


class Lines:
    """Writes messages from any thread."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def send(self, **message: Any) -> bool:
        """Send a message; False when nobody reads any more."""
        line = json.dumps(message).encode() + b"\n"
        try:
            with self._lock:
                self._stream.write(line)
                self._stream.flush()
        except (OSError, ValueError):
            return False
        return True


def messages(stream: IO[bytes]) -> Iterator[dict[str, Any]]:
    """The messages of a stream until it ends; lines that are none are passed over."""
    while line := stream.readline(MAX_LINE):
        try:
            message = json.loads(line)
        except ValueError:
            continue
        if isinstance(message, dict):
            yield message
