"""Cases of others, and the checks before anything of them is taken over; reading them from exported JSON."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from handviz.errors import InputError
from handviz.files import sha256, unreadable
from handviz.review import rows
from handviz.review.cases import VERDICTS, Flag, Judged, NewCase, check_flag

FORMAT = "handviz cases"
FORMAT_VERSION = 2
MAX_BYTES = 1 << 30
MAX_PATH = 4096
UUID = re.compile(r"[0-9a-f]{32}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?\+00:00")


@dataclass(frozen=True)
class Record:
    """A case and everything said about it."""

    uuid: str
    case: NewCase
    flags: tuple[Flag, ...]
    verdicts: tuple[Judged, ...]


@dataclass(frozen=True)
class Bundle:
    """What another file holds."""

    name: str
    records: list[Record]
    removed: dict[str, str] = field(default_factory=dict)
    """What its annotators took away, and when."""


def read_json(path: Path) -> Bundle:
    """What export wrote as JSON; of a report's folder, its cases.json. Raises InputError."""
    path = path / "cases.json" if path.is_dir() else path
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"{path} is larger than any list of cases handviz writes; choose another file.")
        content = path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error
    with refusing(path):
        document = json.loads(content, parse_constant=_no_constant)
        if document["format"] != FORMAT:
            raise ValueError("format")
        if _typed(int, document["version"]) > FORMAT_VERSION:
            raise InputError(f"{path}: it was written by a newer handviz; update handviz to read it.")
        place = Place(path.parent)
        return Bundle(path.name, [_record(values, place) for values in _typed(list, document["cases"])])


@contextmanager
def refusing(path: Path) -> Iterator[None]:
    """Turn what a malformed file leads to into an InputError that names it."""
    try:
        yield
    except InputError as error:
        raise InputError(str(error) if str(error).startswith(str(path)) else f"{path}: {error}") from error
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        raise InputError(f"{path} holds no cases that handviz can read; choose another file.") from error


def _record(values: dict[str, Any], place: "Place") -> Record:
    photo = matching(_SHA256, values["photo_sha256"])
    box = values["box"]
    case = NewCase(
        path=place.find(values["path"], values.get("relative_path", ""), photo),
        photo_sha256=photo,
        frame=_optional(int, values["frame"]),
        box=None if box is None else tuple(_number(value) for value in _typed(list, box)),
        hand=_optional(str, values["hand"]),
        prediction_key=matching(re.compile(r"([0-9a-f]{64})?"), values.get("prediction_key", "")),
        triage=tuple(_typed(str, name) for name in _typed(list, values["triage"])),
        provenance={name: _typed(str, text) for name, text in _typed(dict, values["provenance"]).items()},
        photo_bytes=_optional(int, values.get("photo_bytes")),
        truth=place.inside(values.get("truth", "")),
        figures=_typed(str, values.get("figures", "")),
        **{name: None if values[name] is None else _number(values[name]) for name in rows.FIGURES.values()},
    )
    flags = tuple(_flag(flag) for flag in _typed(list, values["flags"]))
    verdicts = tuple(judged(v["annotator"], v["verdict"], v["created"]) for v in values.get("verdicts", []))
    return Record(matching(UUID, values["uuid"]), case, flags, verdicts)


def _flag(values: dict[str, Any]) -> Flag:
    hypotheses, joints = (tuple(_typed(int, k) for k in values[name]) for name in ("hypotheses", "joints"))
    return checked_flag(
        Flag(0, values["uuid"], 0, values["annotator"], _typed(str, values["kind"]), _typed(int, values["severity"]),
             _typed(str, values["note"]), hypotheses, joints, values["created"],
             values.get("changed", values["created"]))
    )  # fmt: skip


def checked_flag(flag: Flag) -> Flag:
    """The flag itself. Raises ValueError or InputError when no handviz wrote it."""
    check_flag(flag.kind, flag.severity, flag.note, flag.hypotheses, flag.joints)
    matching(UUID, flag.uuid)
    _typed(str, flag.annotator)
    for moment in (flag.created, flag.changed):
        matching(MOMENT, moment)
    return flag


def judged(annotator: Any, verdict: Any, created: Any) -> Judged:
    """A verdict. Raises ValueError when no handviz wrote it."""
    if verdict not in VERDICTS:
        raise ValueError("verdict")
    return Judged(_typed(str, annotator), verdict, matching(MOMENT, created))


class Place:
    """A folder that cases came in: their photos are inside it, or are proven by their hash."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._hashes: dict[Path, str] = {}

    def find(self, path: Any, relative: Any, photo_sha256: str) -> Path:
        """Where a case's photo lies.

        A path that leads out of the folder counts only when that very photo is there: a file from outside cannot make
        handviz open what its maker does not have.
        """
        path, relative = _path_text(path), _path_text(relative)
        inside = self._resolved(relative) if relative else None
        if inside is not None and inside.is_file():
            return inside
        if Path(path).is_absolute() and not path.startswith(("//", "\\\\")) and self._is(Path(path), photo_sha256):
            return Path(path)
        name = re.split(r"[/\\]", path)[-1]
        # A link in the folder may lead out of it as well.
        return self._folder / (name if name not in ("", ".", "..") and self._resolved(name) else "missing photo")

    def inside(self, path: Any) -> str:
        """A file's path where it lies in the folder, else nothing: a truth has no hash to prove it."""
        found = self._resolved(_path_text(path)) if path else None
        return str(found) if found is not None and found.is_file() else ""

    def _resolved(self, path: str) -> Path | None:
        """Where a path leads, links followed; None when that is out of the folder."""
        try:
            found = (self._folder / path).resolve()
        except (OSError, RuntimeError):  # links that lead in circles
            return None
        return found if found.is_relative_to(self._folder) else None

    def _is(self, path: Path, photo_sha256: str) -> bool:
        try:
            if path not in self._hashes:
                self._hashes[path] = sha256(path) if path.is_file() else ""
        except (InputError, OSError):
            self._hashes[path] = ""
        return self._hashes[path] == photo_sha256


def _path_text(text: Any) -> str:
    if not isinstance(text, str) or len(text) > MAX_PATH or "\0" in text:
        raise ValueError("path")
    return text


def _typed(kind: type, value: Any) -> Any:
    if type(value) is not kind or (kind is int and abs(value) >= 1 << 63):
        raise ValueError(f"{value!r:.40} is no {kind.__name__}")
    return value


def _optional(kind: type, value: Any) -> Any:
    return None if value is None else _typed(kind, value)


def _number(value: Any) -> float:
    if type(value) not in (int, float):
        raise ValueError(f"{value!r:.40} is no number")
    return float(value)


def matching(pattern: re.Pattern, text: Any) -> str:
    """Text that matches. Raises ValueError for anything else."""
    if not isinstance(text, str) or not pattern.fullmatch(text):
        raise ValueError(f"{text!r:.40} is not as handviz writes it")
    return text


def _no_constant(name: str) -> float:
    raise ValueError(name)
