"""What a library holds: cases, flags, verdicts. Plain data; the SQLite file behind it is store.py's."""

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

from handviz.errors import InputError
from handviz.geometry.skeleton import JOINT_NAMES
from handviz.hypotheses.prediction import MAX_HYPOTHESES
from handviz.review.filters import FIGURES, SORTS, CaseFilter

__all__ = [
    "DEFAULT_KINDS", "SEVERITIES", "SORTS", "VERDICTS", "Case", "CaseFilter", "Flag", "FlagKind", "Judged", "NewCase",
    "Verdict", "check_box", "check_flag", "check_hand",
]  # fmt: skip

Verdict = Literal["accept", "reject", "unsure"]
VERDICTS: tuple[Verdict, ...] = ("accept", "reject", "unsure")
SEVERITIES = (1, 2, 3)
"""Slight, plain, severe."""
MAX_NOTE = 10_000
MAX_BOX = 1e6

MAX_FIGURES = 10_000_000
"""Letters."""


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
    photo_bytes: int | None = None
    """Size of the whole file, by which it is found again quickly."""
    truth: str = ""
    """File with the ground truth, empty where there is none."""

    def __post_init__(self) -> None:
        check_hand(self.hand)
        check_box(self.box)
        for name in FIGURES.values():
            value = getattr(self, name)
            if value is not None and not math.isfinite(value):
                object.__setattr__(self, name, None)
        if len(self.figures) > MAX_FIGURES:
            raise InputError(
                f"{self.path.name} comes with more figures than a library keeps; predict fewer hypotheses."
            )

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
    kinds: tuple[str, ...] = ()
    """Kinds of the annotator's own flags."""
    annotators: tuple[str, ...] = ()
    """Who judged or flagged it; the annotator alone where the library is blind."""
    relative_path: str = ""
    """Path as seen from the library's folder; empty where there is no such way."""

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
    changed: str = ""
    """When severity or note were changed last."""


@dataclass(frozen=True)
class Judged:
    """One annotator's verdict on a case."""

    annotator: str
    verdict: Verdict
    created: str
    """UTC, ISO 8601."""


def check_box(box: tuple[float, float, float, float] | None) -> None:
    """Raise InputError for a box that no picture can have."""
    if box is None:
        return
    values = np.asarray(box, np.float64)
    if values.shape != (4,) or not np.isfinite(values).all() or np.abs(values).max() > MAX_BOX or values[2:].min() <= 0:
        raise InputError(f"{box} is no box x, y, width, height in pixels; draw it again.")


def check_hand(hand: str | None) -> None:
    """Raise InputError for a side that no hand has."""
    if hand not in (None, "left", "right"):
        raise InputError(f"The hand of a case is left or right, not {hand!r}; correct it.")


def check_flag(kind: str, severity: int, note: str, hypotheses: Sequence[int] = (), joints: Sequence[int] = ()) -> None:
    """Raise InputError for what no flag can hold."""
    if not kind.strip():
        raise InputError("A flag needs a kind; choose one from the list.")
    if severity not in SEVERITIES:
        raise InputError(f"The severity of a flag is 1, 2 or 3, not {severity}.")
    if len(note) > MAX_NOTE:
        raise InputError(f"A note holds at most {MAX_NOTE} letters; shorten it.")
    if any(not 0 <= k < MAX_HYPOTHESES for k in hypotheses):
        raise InputError("A flag can mean hypotheses of the prediction alone; choose them again.")
    if any(not 0 <= joint < len(JOINT_NAMES) for joint in joints):
        raise InputError(f"A flag can mean the joints 0 to {len(JOINT_NAMES) - 1}; choose them again.")
