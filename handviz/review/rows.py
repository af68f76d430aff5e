"""Rows of the tables to and from the plain data of cases.py, and a filter to SQL."""

import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from handviz.review.cases import SORTS, Case, CaseFilter, Flag, NewCase

_ORDER = {
    "added": "id", "blur": "blur_px", "spread": "spread_mm", "score": "best_score", "error": "error_mm",
    "flags": "flags_count", "name": "path",
}  # fmt: skip
assert set(_ORDER) == set(SORTS)

SELECT = """
    SELECT cases.*, verdicts.verdict AS verdict,
        (SELECT count(*) FROM flags WHERE flags.case_id = cases.id AND flags.annotator = :annotator) AS flags_count
    FROM cases LEFT JOIN verdicts ON verdicts.case_id = cases.id AND verdicts.annotator = :annotator
"""


def now() -> str:
    """UTC, ISO 8601, whole microseconds, so that text order is time order."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def case_values(case: NewCase) -> dict[str, Any]:
    """Fields of a new row of cases."""
    return {
        "uuid": case.uuid, "path": str(case.path), "photo_sha256": case.photo_sha256, "frame": case.frame,
        "box": box_text(case.box), "hand": case.hand, "prediction_key": case.prediction_key, "blur_px": case.blur_px,
        "spread_mm": case.spread_mm, "best_score": case.best_score, "error_mm": case.error_mm,
        "triage": json.dumps(case.triage), "figures": case.figures, "provenance": json.dumps(case.provenance),
    }  # fmt: skip


def box_text(box: tuple[float, float, float, float] | None) -> str | None:
    """A box as stored."""
    return None if box is None else json.dumps([float(value) for value in box])


def to_case(row: sqlite3.Row, annotator: str) -> Case:
    """A row of SELECT as a case. Raises ValueError, TypeError or KeyError on a hostile one."""
    box = None if row["box"] is None else tuple(float(value) for value in json.loads(row["box"]))
    return Case(
        path=Path(row["path"]), photo_sha256=row["photo_sha256"], frame=row["frame"], box=box, hand=row["hand"],
        prediction_key=row["prediction_key"], blur_px=row["blur_px"], spread_mm=row["spread_mm"],
        best_score=row["best_score"], error_mm=row["error_mm"],
        triage=tuple(str(name) for name in json.loads(row["triage"])), figures=str(row["figures"]),
        provenance={str(k): str(v) for k, v in json.loads(row["provenance"]).items()},
        id=row["id"], case_uuid=row["uuid"], verdict=row["verdict"], annotator=annotator,
        flags_count=row["flags_count"],
    )  # fmt: skip


def to_flag(row: sqlite3.Row) -> Flag:
    """A row of flags as a flag."""
    return Flag(
        row["id"], row["uuid"], row["case_id"], row["annotator"], row["kind"], row["severity"], row["note"],
        tuple(json.loads(row["hypotheses"])), tuple(json.loads(row["joints"])), row["created"],
    )  # fmt: skip


def query(wanted: CaseFilter, annotator: str, columns: str = "*") -> tuple[str, dict[str, Any]]:
    """SQL and parameters of a filter; values are never part of the SQL."""
    clauses, values = [], {"annotator": annotator}
    if wanted.text:
        clauses.append(
            "(instr(lower(path), lower(:text)) OR EXISTS (SELECT 1 FROM flags WHERE flags.case_id = found.id "
            "AND flags.annotator = :annotator AND instr(lower(note), lower(:text))))"
        )
        values["text"] = wanted.text
    if wanted.state:
        reviewed = "(verdict IS NOT NULL OR flags_count > 0)"
        clauses.append(reviewed if wanted.state == "reviewed" else f"NOT {reviewed}")
    if wanted.verdict:
        clauses.append("verdict = :verdict")
        values["verdict"] = wanted.verdict
    if wanted.kind:
        clauses.append(
            "EXISTS (SELECT 1 FROM flags WHERE flags.case_id = found.id AND flags.annotator = :annotator "
            "AND flags.kind = :kind)"
        )
        values["kind"] = wanted.kind
    if wanted.triage:
        clauses.append("EXISTS (SELECT 1 FROM json_each(found.triage) WHERE json_each.value = :triage)")
        values["triage"] = wanted.triage
    if wanted.blur_px is not None:
        clauses.append("blur_px BETWEEN :blur_least AND :blur_most")
        values["blur_least"], values["blur_most"] = wanted.blur_px
    where = f" WHERE {' AND '.join(clauses)}" if clauses else ""
    column = _ORDER[wanted.sort]
    descending = (wanted.sort not in ("added", "name")) != wanted.reverse
    direction = "DESC" if descending else "ASC"
    return (
        f"SELECT {columns} FROM ({SELECT}) AS found{where} ORDER BY {column} IS NULL, {column} {direction}, id",
        values,
    )
