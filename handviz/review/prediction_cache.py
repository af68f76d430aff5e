"""Predictions on disk, named by what they were made from, bounded in size, safe to delete."""

import contextlib
import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path

from handviz.errors import InputError
from handviz.files import make_folder
from handviz.hypotheses.prediction import Prediction

DEFAULT_BYTES = 4 << 30
_KEY_LETTERS = set("0123456789abcdef")


def prediction_key(made_from: Mapping[str, object]) -> str:
    """A name for what a prediction was made from: hashes of photo, weights and hand model, frame, box, K, seed."""
    return hashlib.sha256(json.dumps(dict(made_from), sort_keys=True, default=str).encode()).hexdigest()


class PredictionCache:
    """A folder of predictions; those not used for longest go first when it grows over max_bytes."""

    def __init__(self, folder: Path, max_bytes: int = DEFAULT_BYTES) -> None:
        self.folder, self.max_bytes = folder, max_bytes

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
            path.unlink(missing_ok=True)
            return None
        # The order of last use; a cache that may only be read still serves.
        with contextlib.suppress(OSError):
            os.utime(path)
        return prediction

    def put(self, key: str, prediction: Prediction) -> None:
        """Keep a prediction. Raises InputError when it cannot be written."""
        path = self.path(key)
        make_folder(path.parent)
        prediction.save(path)
        self._shrink(keep=path)

    def _shrink(self, keep: Path) -> None:
        files = []
        for path in self.folder.glob("??/*.npz"):
            try:
                status = path.stat()
            except OSError:
                continue
            files.append((status.st_mtime_ns, status.st_size, path))
        total = sum(size for _, size, _ in files)
        for _, size, path in sorted(files):
            if total <= self.max_bytes:
                return
            if path != keep:
                path.unlink(missing_ok=True)
                total -= size
