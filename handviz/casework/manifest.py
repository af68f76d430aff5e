"""The manifest of a distributed run: which pictures were predicted, on any number of machines, and into which files.

JSON lines in UTF-8. The first line is {"format": "handviz-manifest", "version": 1}; every other line is one picture:

    photo         path of the photo or video, from the folder named on import (by default the manifest's own)
    photo_sha256  of that file, optional; a file with another hash is refused
    frame         frame of a video, from 0; left out for a photo
    prediction    path of the .npz, from the manifest's folder; left out where the picture is to be predicted on import
    box, hand     [x, y, w, h] in pixels and "left" or "right", optional; used where the picture is yet to be predicted

Paths are relative, use "/", and never leave their folder. Unknown names are left alone.
"""

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from handviz.errors import InputError
from handviz.files import atomic_write, unreadable
from handviz.review.cases import check_box

FORMAT = "handviz-manifest"
VERSION = 1
SUFFIX = ".jsonl"
MAX_LINE = 1 << 16
MAX_LINES = 5_000_000


@dataclass(frozen=True)
class Entry:
    """One line: a picture, and the prediction of it where there is one. Paths are relative, as written."""

    photo: str
    photo_sha256: str | None = None
    frame: int | None = None
    prediction: str | None = None
    box: tuple[float, float, float, float] | None = None
    hand: str | None = None


def write_manifest(path: Path, entries: Iterable[Entry]) -> None:
    """Write a manifest. Raises InputError when it cannot be written."""
    with atomic_write(path, "w") as file:
        file.write(json.dumps({"format": FORMAT, "version": VERSION}) + "\n")
        for entry in entries:
            file.write(json.dumps({k: v for k, v in asdict(entry).items() if v is not None}, ensure_ascii=False) + "\n")


def read_manifest(path: Path) -> Iterator[tuple[int, Entry | InputError]]:
    """Number and entry of each line, or what is wrong with that line. Raises InputError when it is no manifest."""
    number = 0
    try:
        with open(path, "rb") as file:
            for number, line in enumerate(iter(lambda: file.readline(MAX_LINE + 1), b""), start=1):
                if number > MAX_LINES:
                    raise InputError(f"{path} has more than {MAX_LINES} lines; part it.")
                if len(line) > MAX_LINE:
                    raise InputError(f"{path}, line {number} is longer than any that handviz writes; correct it.")
                if number == 1:
                    _check_head(path, line)
                elif line.strip():
                    try:
                        yield number, _entry(line)
                    except InputError as error:
                        yield number, InputError(f"{path}, line {number}: {error}")
    except OSError as error:
        raise unreadable(path, error) from error
    if not number:
        raise InputError(f"{path} is empty; write the manifest again.")


def is_manifest(path: Path) -> bool:
    """Whether a file's name says that it is a manifest; its content is checked when it is read."""
    return path.suffix.lower() == SUFFIX and path.is_file()


def common_folder(sources: Iterable[Path]) -> Path:
    """The folder that holds all sources, files and folders, from which a manifest tells their paths."""
    folders = [path if path.is_dir() else path.parent for path in (Path(os.path.abspath(source)) for source in sources)]
    try:
        return Path(os.path.commonpath(folders))
    except ValueError as error:  # several drives
        raise InputError("The photos lie on several drives; predict those of each drive apart.") from error


def inside(folder: Path, relative: str) -> Path:
    """The path `relative` inside folder. Raises InputError when it would lead out of it, by name or by a link."""
    parts = PurePosixPath(relative)
    if parts.is_absolute() or ".." in parts.parts or "\\" in relative or not parts.parts:
        raise InputError(f"the path {relative!r} leaves its folder or is none; paths are relative, without “..”.")
    path = folder / parts
    try:
        if not path.resolve().is_relative_to(folder.resolve()):
            raise InputError(f"the path {relative!r} leads out of {folder} by a link; copy the file into the folder.")
    except (OSError, ValueError, RuntimeError) as error:  # a loop of links, a null byte
        raise InputError(f"the path {relative!r} cannot be followed; correct it.") from error
    return path


def _load(line: bytes) -> dict[str, Any]:
    try:
        values = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError("it is not JSON; correct it or write the manifest again.") from error
    if not isinstance(values, dict):
        raise InputError("it is no JSON object; correct it or write the manifest again.")
    return values


def _check_head(path: Path, line: bytes) -> None:
    try:
        head = _load(line)
    except InputError:
        head = {}
    if head.get("format") != FORMAT:
        raise InputError(f'{path} is no manifest: its first line does not say "format": "{FORMAT}".')
    version = head.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise InputError(f"{path} does not tell its version; write the manifest again.")
    if version > VERSION:
        raise InputError(f"{path} was written by a newer handviz (version {version}); update handviz to read it.")


def _entry(line: bytes) -> Entry:
    values = _load(line)
    photo = _text(values, "photo")
    if photo is None:
        raise InputError("it names no photo.")
    frame = values.get("frame")
    if frame is not None and (isinstance(frame, bool) or not isinstance(frame, int) or not 0 <= frame < 1 << 31):
        raise InputError(f"frame is {frame!r} where a whole number from 0 is needed.")
    hand = _text(values, "hand")
    if hand not in (None, "left", "right"):
        raise InputError(f'hand is {hand!r} where "left" or "right" is needed.')
    return Entry(photo, _text(values, "photo_sha256"), frame, _text(values, "prediction"), _box(values), hand)


def _text(values: dict[str, Any], name: str) -> str | None:
    value = values.get(name)
    if value is not None and (not isinstance(value, str) or not value):
        raise InputError(f"{name} is {value!r} where a text is needed.")
    return value


def _box(values: dict[str, Any]) -> tuple[float, float, float, float] | None:
    box = values.get("box")
    if box is None:
        return None
    numbers = isinstance(box, list) and len(box) == 4
    if not numbers or not all(isinstance(value, int | float) and not isinstance(value, bool) for value in box):
        raise InputError("box is not four numbers x, y, w, h.")
    try:
        x, y, w, h = (float(value) for value in box)
    except OverflowError as error:
        raise InputError("box is not four numbers x, y, w, h.") from error
    check_box((x, y, w, h))
    return x, y, w, h
