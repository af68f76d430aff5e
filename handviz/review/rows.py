"""Rows of the tables to and from the plain data of cases.py, and a filter to SQL."""

import json
import os
import sqlite3
from pathlib import Path
from typing import Any

from handviz.review.cases import VERDICTS, Case, Flag, Judged, NewCase
from handviz.review.filters import FIGURES, CaseFilter

PREDICTED = ("prediction_key", *FIGURES.values(), "triage", "provenance", "figures")
"""What a prediction says about a case."""
FORGOTTEN: dict[str, Any] = {
    "prediction_key": "", **dict.fromkeys(FIGURES.values()), "triage": "[]", "provenance": "{}", "figures": "",
}  # fmt: skip
"""The same before the first prediction."""

_ORDER = {
    "added": "id", **FIGURES, "flags": "flags_count", "state": "(verdict IS NOT NULL OR flags_count > 0)",
    "annotator": "annotators", "name": "path",
}  # fmt: skip
_RISING = ("added", "state", "annotator", "name")

SELECT = """
    SELECT cases.*, verdicts.verdict AS verdict,
        (SELECT count(*) FROM flags WHERE flags.case_id = cases.id AND flags.annotator = :annotator) AS flags_count,
        (SELECT json_group_array(kind) FROM (SELECT DISTINCT kind FROM flags
            WHERE flags.case_id = cases.id AND flags.annotator = :annotator ORDER BY flags.id)) AS kinds,
        (SELECT group_concat(name, char(10)) FROM (
            SELECT annotator AS name FROM verdicts WHERE case_id = cases.id AND (NOT :blind OR annotator = :annotator)
            UNION SELECT annotator FROM flags WHERE case_id = cases.id AND (NOT :blind OR annotator = :annotator)
            ORDER BY 1)) AS annotators
    FROM cases LEFT JOIN verdicts ON verdicts.case_id = cases.id AND verdicts.annotator = :annotator
"""


def case_values(case: NewCase, folder: Path) -> dict[str, Any]:
    """Fields of a new row of cases, in a library that lies in `folder`."""
    return {
        "uuid": case.uuid, **path_values(case.path, folder), "photo_sha256": case.photo_sha256,
        "photo_bytes": case.photo_bytes, "frame": case.frame, "box": box_text(case.box), "hand": case.hand,
        "truth": case.truth, **predicted_values(case),
    }  # fmt: skip


def predicted_values(case: NewCase) -> dict[str, Any]:
    """The fields PREDICTED of a row of cases."""
    return {
        "prediction_key": case.prediction_key, "blur_px": case.blur_px, "spread_mm": case.spread_mm,
        "best_score": case.best_score, "error_mm": case.error_mm, "triage": json.dumps(case.triage),
        "provenance": json.dumps(case.provenance),
        "figures": case.figures,
    }  # fmt: skip


def path_values(path: Path, folder: Path) -> dict[str, str]:
    """Where a photo lies: absolute, and as seen from the library's folder, for when both are moved together."""
    path = Path(os.path.abspath(path))
    try:
        relative = Path(os.path.relpath(path, os.path.abspath(folder))).as_posix()
    except ValueError:  # another drive
        relative = ""
    return {"path": str(path), "relative_path": relative}


def box_text(box: tuple[float, float, float, float] | None) -> str | None:
    """A box as stored."""
    return None if box is None else json.dumps([float(value) for value in box])


def same_box(stored: str | None, box: tuple[float, float, float, float] | None) -> bool:
    """Whether a prediction's box, rounded as predictions round, is the stored one; anything is where none is stored."""
    if stored is None:
        return True
    return box is not None and all(abs(a - b) < 0.1 for a, b in zip(json.loads(stored), box, strict=True))


def to_case(row: sqlite3.Row, annotator: str) -> Case:
    """A row of SELECT as a case. Raises ValueError, TypeError or KeyError on a hostile one."""
    if row["verdict"] is not None and row["verdict"] not in VERDICTS:
        raise ValueError("no such verdict")
    box = None if row["box"] is None else tuple(float(value) for value in _json(row, "box", list))
    return Case(
        path=Path(_text(row, "path")), photo_sha256=_text(row, "photo_sha256"), frame=_whole(row, "frame"), box=box,
        hand=row["hand"], prediction_key=_text(row, "prediction_key"), blur_px=_number(row, "blur_px"),
        spread_mm=_number(row, "spread_mm"), best_score=_number(row, "best_score"),
        error_mm=_number(row, "error_mm"), triage=tuple(str(name) for name in _json(row, "triage", list)),
        provenance={str(name): str(value) for name, value in _json(row, "provenance", dict).items()},
        photo_bytes=_whole(row, "photo_bytes"), truth=_text(row, "truth"), figures=_text(row, "figures"),
        id=row["id"], case_uuid=_text(row, "uuid"), verdict=row["verdict"], annotator=annotator,
        flags_count=row["flags_count"], kinds=tuple(str(kind) for kind in _json(row, "kinds", list)),
        annotators=() if row["annotators"] is None else tuple(_text(row, "annotators").split("\n")),
        relative_path=_text(row, "relative_path"),
    )  # fmt: skip


def to_flag(row: sqlite3.Row) -> Flag:
    """A row of flags as a flag. Raises ValueError or TypeError on a hostile one."""
    return Flag(
        row["id"], _text(row, "uuid"), row["case_id"], _text(row, "annotator"), _text(row, "kind"),
        _whole(row, "severity") or 0, _text(row, "note"), tuple(int(k) for k in _json(row, "hypotheses", list)),
        tuple(int(j) for j in _json(row, "joints", list)), _text(row, "created"), _text(row, "changed"),
    )  # fmt: skip


def to_judged(row: sqlite3.Row) -> Judged:
    """A row of verdicts. Raises ValueError or TypeError on a hostile one."""
    if row["verdict"] not in VERDICTS:
        raise ValueError("no such verdict")
    return Judged(_text(row, "annotator"), row["verdict"], _text(row, "created"))


def _json(row: sqlite3.Row, name: str, kind: type) -> Any:
    value = json.loads(_text(row, name))
    if not isinstance(value, kind):
        raise TypeError(f"{name} is no {kind.__name__}")
    return value


def _text(row: sqlite3.Row, name: str) -> str:
    # SQLite's columns hold any type, whatever they were declared as.
    if not isinstance(row[name], str):
        raise TypeError(f"{name} is no text")
    return row[name]


def _number(row: sqlite3.Row, name: str) -> float | None:
    if not isinstance(row[name], float | int | None):
        raise TypeError(f"{name} is no number")
    return row[name]


def _whole(row: sqlite3.Row, name: str) -> int | None:
    if not isinstance(row[name], int | None):
        raise TypeError(f"{name} is no whole number")
    return row[name]


def query(wanted: CaseFilter, annotator: str, blind: bool, ids_alone: bool = False) -> tuple[str, dict[str, Any]]:
    """SQL and parameters of a filter; values are never part of the SQL. A blind library tells of the asker alone."""
    who = wanted.annotator or annotator
    values: dict[str, Any] = {"annotator": annotator, "blind": int(blind), "who": who}
    clauses = []
    if wanted.annotator:
        clauses.append(_FLAGGED.format("1") + " OR " + _JUDGED.format("1"))
        if blind and who != annotator:
            clauses.append("0")
    if wanted.text:
        clauses.append(f"instr(lower(path), lower(:text)) OR {_FLAGGED.format('instr(lower(note), lower(:text))')}")
        values["text"] = wanted.text
    if wanted.state:
        negation = "NOT " if wanted.state == "new" else ""
        clauses.append(f"{negation}(verdict IS NOT NULL OR flags_count > 0)")
    if wanted.verdict:
        clauses.append(_JUDGED.format("verdicts.verdict = :verdict"))
        values["verdict"] = wanted.verdict
    if wanted.kind or wanted.severity:
        clauses.append(_FLAGGED.format("(:kind = '' OR kind = :kind) AND severity >= :severity"))
        values["kind"], values["severity"] = wanted.kind, wanted.severity
    if wanted.triage:
        clauses.append("EXISTS (SELECT 1 FROM json_each(found.triage) WHERE json_each.value = :triage)")
        values["triage"] = wanted.triage
    for name in FIGURES.values():
        ends = getattr(wanted, name)
        if ends is not None:
            clauses.append(f"{name} BETWEEN :{name}_least AND :{name}_most")
            values[f"{name}_least"], values[f"{name}_most"] = ends
    if wanted.disagreement:
        clauses.append("NOT :blind AND (SELECT count(DISTINCT verdict) FROM verdicts WHERE case_id = found.id) > 1")
    if wanted.ids is not None:
        clauses.append("id IN (SELECT value FROM json_each(:ids))")
        values["ids"] = json.dumps(wanted.ids)
    where = " WHERE " + " AND ".join(f"({clause})" for clause in clauses) if clauses else ""
    column = _ORDER[wanted.sort]
    direction = "ASC" if (wanted.sort in _RISING) != wanted.reverse else "DESC"
    order = f"{column} IS NULL, {column} {direction}, id"
    return f"SELECT {'id' if ids_alone else '*'} FROM ({SELECT}) AS found{where} ORDER BY {order}", values


_FLAGGED = "EXISTS (SELECT 1 FROM flags WHERE flags.case_id = found.id AND flags.annotator = :who AND ({}))"
_JUDGED = "EXISTS (SELECT 1 FROM verdicts WHERE verdicts.case_id = found.id AND verdicts.annotator = :who AND ({}))"
