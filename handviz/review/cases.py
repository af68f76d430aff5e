"""What a library holds: cases, flags, verdicts. Plain data; the SQLite file behind it is store.py's."""

import hashlib
import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import numpy as np

from handviz.errors import InputError

Verdict = Literal["accept", "reject", "unsure"]
VERDICTS: tuple[Verdict, ...] = ("accept", "reject", "unsure")
SEVERITIES = (1, 2, 3)
"""Slight, plain, severe."""
MAX_NOTE = 10_000
MAX_BOX = 1e6

SORTS = ("added", "blur", "spread", "score", "error", "flags", "name")
"""Orders of a list of cases; all but "added" and "name" from the largest down, unknown figures last."""


@dataclass(frozen=True)
class FlagKind:
    """A kind of failure and the key that flags it."""

    key: str
    name: str


DEFAULT_KINDS = tuple(
    FlagKind(str(number), name)
    for number, name in enumerate(
        ("wrong pose", "wrong motion direction", "wrong depth", "not covered", "bad selection", "wrong side",
         "bad crop", "not a hand", "ambiguous"), start=1,
    )
)  # fmt: skip


@dataclass(frozen=True)
class NewCase:
    """A photo, or a frame of a video, with one hand in it and what was predicted."""

    path: Path
    photo_sha256: str
    """Of the whole file."""
    frame: int | None = None
    """Frame of a video, from 0."""
    box: tuple[float, float, float, float] | None = None
    """x, y, w, h of the hand, pixels of the source image."""
    hand: str | None = None
    """"left" or "right"."""
    prediction_key: str = ""
    """Into the prediction cache; empty before the first prediction."""
    blur_px: float | None = None
    """Estimated length of the blur, pixels of the source image."""
    spread_mm: float | None = None
    best_score: float | None = None
    error_mm: float | None = None
    """Of the mean of the kept hypotheses, where the truth is known."""
    triage: tuple[str, ...] = ()
    """Suspicions, most telling first."""
    figures: str = ""
    """What triage is told from, as JSON (handviz.hypotheses.case_figures); empty before the first prediction."""
    provenance: dict[str, str] = field(default_factory=dict)
    """Hashes of weights and hand model, settings."""

    def __post_init__(self) -> None:
        if self.hand not in (None, "left", "right"):
            raise InputError(f"The hand of a case is left or right, not {self.hand!r}; correct it.")
        check_box(self.box)

    @property
    def uuid(self) -> str:
        """The same for the same hand of the same picture, so that merging finds a case again."""
        box = None if self.box is None else [round(value) for value in self.box]
        text = json.dumps([self.photo_sha256, self.frame, box, self.hand])
        return hashlib.sha256(text.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Case(NewCase):
    """A case of a library, as one annotator sees it."""

    id: int = 0
    case_uuid: str = ""
    """Fixed when the case was added: correcting box or side does not change it."""
    verdict: Verdict | None = None
    """The annotator's own."""
    annotator: str = ""
    flags_count: int = 0
    """The annotator's own flags."""

    @property
    def state(self) -> str:
        """ "reviewed" once the annotator judged or flagged it, else "new"."""
        return "reviewed" if self.verdict is not None or self.flags_count else "new"


@dataclass(frozen=True)
class Flag:
    """What one annotator found wrong with a case."""

    id: int
    uuid: str
    case_id: int
    annotator: str
    kind: str
    """Name of the kind; kept when the list of kinds changes."""
    severity: int = 2
    note: str = ""
    hypotheses: tuple[int, ...] = ()
    joints: tuple[int, ...] = ()
    created: str = ""
    """UTC, ISO 8601."""


@dataclass(frozen=True)
class CaseFilter:
    """Which cases, in which order. Empty fields let everything through."""

    text: str = ""
    """Part of the file's name or of a note."""
    state: Literal["", "new", "reviewed"] = ""
    verdict: Literal["", "accept", "reject", "unsure"] = ""
    kind: str = ""
    triage: str = ""
    blur_px: tuple[float, float] | None = None
    """Least and most."""
    sort: str = "added"
    reverse: bool = False

    def with_sort(self, sort: str) -> "CaseFilter":
        """The same cases in another order. Raises InputError for an unknown one."""
        if sort not in SORTS:
            raise InputError(f"Cases cannot be sorted by {sort!r}; choose one of {', '.join(SORTS)}.")
        return replace(self, sort=sort)

    def to_json(self) -> str:
        """For a saved filter."""
        return json.dumps(self.__dict__)

    @classmethod
    def from_json(cls, text: str) -> "CaseFilter":
        """What to_json wrote. Raises InputError."""
        try:
            values = json.loads(text)
            if values.get("blur_px") is not None:
                low, high = values["blur_px"]
                values["blur_px"] = (float(low), float(high))
            for name, kind in (("text", str), ("state", str), ("verdict", str), ("kind", str), ("triage", str)):
                if not isinstance(values.get(name, ""), kind):
                    raise ValueError(name)
            return cls(**values).with_sort(values.get("sort", "added"))
        except (ValueError, TypeError, AttributeError) as error:
            raise InputError("A saved filter cannot be read; save it again.") from error


def check_box(box: tuple[float, float, float, float] | None) -> None:
    """Raise InputError for a box that no picture can have."""
    if box is None:
        return
    values = np.asarray(box, np.float64)
    if values.shape != (4,) or not np.isfinite(values).all() or np.abs(values).max() > MAX_BOX or values[2:].min() <= 0:
        raise InputError(f"{box} is no box x, y, width, height in pixels; draw it again.")


def check_flag(kind: str, severity: int, note: str) -> None:
    """Raise InputError for what no flag can hold."""
    if not kind.strip():
        raise InputError("A flag needs a kind; choose one from the list.")
    if severity not in SEVERITIES:
        raise InputError(f"The severity of a flag is 1, 2 or 3, not {severity}.")
    if len(note) > MAX_NOTE:
        raise InputError(f"A note holds at most {MAX_NOTE} letters; shorten it.")
