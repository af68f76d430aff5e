"""Thumbnails on disk, named by what they show; they are made again when deleted."""

import contextlib
import hashlib
import json
from pathlib import Path

import numpy as np
from PIL import Image

from handviz.app.models.cropping import thumbnail_region
from handviz.errors import InputError
from handviz.files import atomic_write
from handviz.media.sources import Picture, PictureReader
from handviz.review.cases import Case
from handviz.review.photos import photo_seen_from

SIZE = (432, 300)
"""Pixels on disk: enough for screens of twice the density."""
MAX_BYTES = 256 << 20
_VERSION = 1
_SHRINK_EVERY = 200


def thumbnail_key(case: Case) -> str:
    """A name for what a case's thumbnail shows."""
    box = None if case.box is None else [round(value) for value in case.box]
    text = json.dumps([_VERSION, case.photo_sha256, case.frame, box, SIZE])
    return hashlib.sha256(text.encode()).hexdigest()


class ThumbnailFiles:
    """Gives the picture of a case, (H, W, 3) uint8 RGB at most SIZE, from disk or from the photo. One thread only."""

    def __init__(self, folder: Path, max_bytes: int = MAX_BYTES) -> None:
        self.folder, self.max_bytes = folder, max_bytes
        self.library_folder = Path()
        """From which relative paths lead to photos."""
        self._reader = PictureReader()
        self._written = 0

    def path(self, key: str) -> Path:
        """Where a thumbnail lies."""
        return self.folder / key[:2] / f"{key}.jpg"

    def get(self, case: Case) -> np.ndarray:
        """The picture of a case. Raises InputError when its photo cannot be read."""
        key = thumbnail_key(case)
        path = self.path(key)
        # A damaged thumbnail is as good as none.
        with contextlib.suppress(OSError, ValueError, SyntaxError), Image.open(path, formats=("JPEG",)) as image:
            if image.width <= SIZE[0] and image.height <= SIZE[1]:
                return np.asarray(image.convert("RGB"))
        picture = self._make(case)
        # What cannot be kept is made again the next time.
        with contextlib.suppress(InputError):
            with atomic_write(path) as file:
                picture.save(file, "JPEG", quality=88)
            self._written += 1
            if self._written % _SHRINK_EVERY == 1:
                self._shrink()
        return np.asarray(picture)

    def _make(self, case: Case) -> Image.Image:
        path = photo_seen_from(self.library_folder, case) or case.path
        photo = self._reader.read(Picture(path, case.frame, path.stem)).image
        height, width = photo.shape[:2]
        left, top, right, bottom = thumbnail_region(case.box, width, height, SIZE[0] / SIZE[1])
        part = Image.fromarray(np.ascontiguousarray(photo[top:bottom, left:right]))
        # The part may be smaller than a thumbnail: it is shown enlarged, not stored so.
        part.thumbnail(SIZE, Image.Resampling.LANCZOS, reducing_gap=2.0)
        return part

    def _shrink(self) -> None:
        """Drop the oldest beyond the bound."""
        found = []
        for path in self.folder.glob("??/*.jpg"):
            with contextlib.suppress(OSError):
                status = path.stat()
                found.append((status.st_mtime_ns, status.st_size, path))
        total = sum(size for _, size, _ in found)
        for _, size, path in sorted(found):
            if total <= self.max_bytes:
                break
            with contextlib.suppress(OSError):
                path.unlink()
            total -= size

    def close(self) -> None:
        """Close the video kept open."""
        self._reader.close()
