"""Predictions on disk, named by what they were made from, bounded in size, safe to delete."""

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Mapping
from pathlib import Path

from handviz.errors import InputError
from handviz.hypotheses.prediction import Prediction
from handviz.resources import cache_dir

DEFAULT_BYTES = 4 << 30
_KEY_LETTERS = set("0123456789abcdef")
_STALE_SECONDS = 3600.0
_PUTS_BETWEEN_LOOKS = 50


def prediction_key(made_from: Mapping[str, object]) -> str:
    """A name for what a prediction was made from: hashes of photo, weights and hand model, frame, box, K, seed."""
    return hashlib.sha256(json.dumps(dict(made_from), sort_keys=True, default=str).encode()).hexdigest()


class PredictionCache:
    """A folder of predictions; those not used for longest go first when it grows over max_bytes.

    It may be deleted, wholly or in part, at any moment, also while handviz runs, and several programs may use it at
    once: whatever is missing or damaged is simply not there. Safe to call from any thread.
    """

    def __init__(self, folder: Path, max_bytes: int = DEFAULT_BYTES) -> None:
        self.folder, self.max_bytes = Path(folder), max_bytes
        self._room = 0
        self._puts_until_look = 0

    @classmethod
    def default(cls) -> "PredictionCache":
        """The one that the window and the commands share."""
        return cls(cache_dir() / "predictions")

    def path(self, key: str) -> Path:
        """Where a key's prediction lies. Raises InputError for what is no key: keys come from files of others."""
        if len(key) != 64 or not set(key) <= _KEY_LETTERS:
            raise InputError("The library names a prediction in a way handviz never does; predict that case again.")
        return self.folder / key[:2] / f"{key}.npz"

    def get(self, key: str) -> Prediction | None:
        """The prediction, or None when it is not there any more; a damaged one is thrown away."""
        if not key:
            return None
        path = self.path(key)
        if not path.is_file():
            return None
        try:
            prediction = Prediction.load(path)
        except InputError:
            with contextlib.suppress(OSError):
                path.unlink()
            return None
        # The order of last use; a cache that may only be read still serves.
        with contextlib.suppress(OSError):
            os.utime(path)
        return prediction

    def put(self, key: str, prediction: Prediction) -> None:
        """Keep a prediction. Raises InputError when it cannot be written."""
        path = self.path(key)
        try:
            prediction.save(path)
        except InputError:
            # The folder may have been deleted on the way.
            prediction.save(path)
        with contextlib.suppress(OSError):
            self._room -= path.stat().st_size
        self._puts_until_look -= 1
        if self._room < 0 or self._puts_until_look < 0:
            self._shrink(keep=path)

    def _shrink(self, keep: Path) -> None:
        """Look at what is there, which others change too, and delete what is too much."""
        files = []
        for path in _files_below(self.folder):
            with contextlib.suppress(OSError):
                status = path.stat()
                if path.suffix == ".npz":
                    files.append((status.st_mtime_ns, status.st_size, path))
                elif path.suffix == ".part" and time.time() - status.st_mtime > _STALE_SECONDS:
                    path.unlink()  # a program died while it wrote
        total = sum(size for _, size, _ in files)
        # Some more than needed, so that not every put has to look.
        goal = self.max_bytes if total <= self.max_bytes else self.max_bytes * 9 // 10
        for _, size, path in sorted(files):
            if total <= goal:
                break
            if path != keep:
                with contextlib.suppress(OSError):
                    path.unlink()
                total -= size
        self._room, self._puts_until_look = self.max_bytes - total, _PUTS_BETWEEN_LOOKS


def _files_below(folder: Path) -> list[Path]:
    """Files in the folders of a folder, as far as they are not deleted meanwhile."""
    found = []
    for name in _names(folder):
        if len(name) == 2:
            found += [folder / name / file for file in _names(folder / name)]
    return found


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []
