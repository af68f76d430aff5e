"""Which cases, in which order: a filter as plain data and as saved text; rows.py makes a query of it."""

import json
import math
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from handviz.errors import InputError

FIGURES = {"blur": "blur_px", "spread": "spread_mm", "score": "best_score", "error": "error_mm"}
"""Figures that cases are filtered and sorted by, and their fields."""
SORTS = ("added", *FIGURES, "flags", "state", "annotator", "name")
"""Orders of a list of cases; figures and flags from the largest down, new cases first, unknown figures last."""

Range = tuple[float, float]
_CHOICES = {"state": ("", "new", "reviewed"), "verdict": ("", "accept", "reject", "unsure")}


@dataclass(frozen=True)
class CaseFilter:
    """Which cases, in which order. Empty fields let everything through."""

    text: str = ""
    """Part of the file's name or of a note."""
    state: Literal["", "new", "reviewed"] = ""
    verdict: Literal["", "accept", "reject", "unsure"] = ""
    kind: str = ""
    triage: str = ""
    blur_px: Range | None = None
    """Least and most; infinity leaves an end open."""
    spread_mm: Range | None = None
    best_score: Range | None = None
    error_mm: Range | None = None
    annotator: str = ""
    """Judged or flagged by this one; then verdict, kind and text ask about that one's flags and verdicts."""
    severity: int = 0
    """Flagged at least as severely."""
    disagreement: bool = False
    """Annotators gave different verdicts."""
    ids: tuple[int, ...] | None = None
    """These cases alone."""
    sort: str = "added"
    reverse: bool = False

    def with_sort(self, sort: str) -> "CaseFilter":
        """The same cases in another order. Raises InputError for an unknown one."""
        if sort not in SORTS:
            raise InputError(f"Cases cannot be sorted by {sort!r}; choose one of {', '.join(SORTS)}.")
        return replace(self, sort=sort)

    def to_json(self) -> str:
        """For a saved filter."""
        values = asdict(self)
        for name in FIGURES.values():
            if values[name] is not None:
                values[name] = [None if math.isinf(end) else end for end in values[name]]
        return json.dumps(values)

    @classmethod
    def from_json(cls, text: str) -> "CaseFilter":
        """What to_json wrote. Raises InputError."""
        try:
            values = json.loads(text)
            return cls(**{name: _checked(name, value) for name, value in values.items()})
        except (ValueError, TypeError, AttributeError, OverflowError, RecursionError) as error:
            raise InputError("A saved filter cannot be read; save it again.") from error


def _checked(name: str, value: Any) -> Any:
    if name in FIGURES.values():
        if value is None:
            return None
        low, high = value
        return (-math.inf if low is None else float(low), math.inf if high is None else float(high))
    if name == "ids":
        if value is not None and any(type(number) is not int or abs(number) >= 1 << 63 for number in value):
            raise ValueError(name)
        return None if value is None else tuple(value)
    wanted = type(getattr(CaseFilter, name))
    if (
        type(value) is not wanted
        or value not in _CHOICES.get(name, (value,))
        or (name == "sort" and value not in SORTS)
    ):
        raise ValueError(name)
    return value
