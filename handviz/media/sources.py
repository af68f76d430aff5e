"""The pictures that a list of photos, videos and folders stands for, opened one after another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from handviz.errors import InputError
from handviz.files import sha256, unreadable
from handviz.media.kinds import PHOTO_SUFFIXES, VIDEO_SUFFIXES, kind_of_file
from handviz.media.photos import load_photo

if TYPE_CHECKING:
    from handviz.media.video import Video


@dataclass(frozen=True)
class Picture:
    """A photo (frame None) or a frame of a video, not read yet. name is free of folders and suffix."""

    path: Path
    frame: int | None
    name: str


@dataclass(frozen=True)
class OpenPicture:
    """A picture read: image (H, W, 3) uint8 RGB, the focal length in px where the file notes it, the file's SHA-256."""

    image: np.ndarray
    focal_px: float | None
    sha256: str


def parse_frames(text: str) -> slice:
    """Frames A to B - 1 from "A:B:STEP" as in Python, parts may be left out; "N" is one frame. Raises InputError."""
    match = re.fullmatch(
        r"(?P<start>\d{1,9})|(?P<a>-?\d{1,9})?:(?P<b>-?\d{1,9})?(?::(?P<step>\d{1,9})?)?", text.strip()
    )
    if match is None:
        raise InputError(f'--frames "{text}" is not A:B:STEP, for instance 0:100:10; leave it out for all frames.')
    if match["start"] is not None:
        return slice(int(match["start"]), int(match["start"]) + 1)
    start, stop, step = (int(match[part]) if match[part] else None for part in ("a", "b", "step"))
    if step == 0:
        raise InputError(f'--frames "{text}" has a step of 0; use 1 or more.')
    return slice(start, stop, step)


def files_in(source: Path) -> list[Path]:
    """The file itself, or all photos and videos in a folder and below, by name. Raises InputError for an empty one."""
    if not source.is_dir():
        return [source]
    suffixes = (*PHOTO_SUFFIXES, *VIDEO_SUFFIXES)
    try:
        found = sorted(
            path
            for path in source.rglob("*")
            if path.suffix.lower() in suffixes and path.is_file() and not path.name.startswith(".")
        )
    except OSError as error:
        raise unreadable(source, error) from error
    if not found:
        raise InputError(f"{source} holds no photos or videos; name another folder.")
    return found


class PictureReader:
    """Lists the pictures of files and reads them, keeping the video open that was read last."""

    def __init__(self) -> None:
        self._video: Video | None = None

    def pictures(self, path: Path, frames: slice) -> list[Picture]:
        """The photo, or the chosen frames of the video. Raises InputError when it is neither or no frame is chosen."""
        if kind_of_file(path) != "video":
            return [Picture(path, None, path.stem)]
        count = self._open(path).frame_count
        numbers = range(count)[frames]
        if not numbers:
            raise InputError(f"{path} has frames 0 to {count - 1}, none of which --frames asks for.")
        digits = max(4, len(str(count)))
        return [Picture(path, number, f"{path.stem}-frame{number:0{digits}d}") for number in numbers]

    def read(self, picture: Picture) -> OpenPicture:
        """Decode a picture. Raises InputError."""
        if picture.frame is not None:
            video = self._open(picture.path)
            return OpenPicture(video.frame(picture.frame), None, video.sha256)
        photo = load_photo(picture.path)
        return OpenPicture(photo.image, photo.focal_px, photo.sha256)

    def sha256(self, picture: Picture) -> str:
        """SHA-256 of the picture's file, told without decoding it. Raises InputError."""
        return self._open(picture.path).sha256 if picture.frame is not None else sha256(picture.path)

    def _open(self, path: Path) -> Video:
        # The decoders are loaded with the first video, by whoever reads it: that takes longer than a window may stand.
        from handviz.media.video import Video

        if self._video is None or self._video.path != path:
            self.close()
            self._video = Video(path)
        return self._video

    def close(self) -> None:
        """Close the video kept open."""
        if self._video is not None:
            self._video.close()
            self._video = None


def unique_names(names: Iterable[str]) -> Iterator[str]:
    """The names, a number added to those that came before (upper and lower case count as the same)."""
    taken: set[str] = set()
    for name in names:
        candidate, number = name, 1
        while candidate.lower() in taken:
            number += 1
            candidate = f"{name}-{number}"
        taken.add(candidate.lower())
        yield candidate
