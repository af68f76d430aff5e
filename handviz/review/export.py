"""A library as CSV or JSON: one row a case, flags with it."""

import csv
import io
import json
from pathlib import Path
from typing import Any

from handviz.files import atomic_write
from handviz.review.cases import Case, CaseFilter, Flag
from handviz.review.store import Library

COLUMNS = ("id", "uuid", "path", "photo_sha256", "frame", "box", "hand", "verdict", "state", "annotator", "blur_px",
           "spread_mm", "best_score", "error_mm", "triage", "flags")  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def case_record(case: Case, flags: list[Flag]) -> dict[str, Any]:
    """A case and its flags as plain JSON values."""
    return {
        "id": case.id, "uuid": case.case_uuid, "path": str(case.path), "photo_sha256": case.photo_sha256,
        "frame": case.frame, "box": None if case.box is None else list(case.box), "hand": case.hand,
        "verdict": case.verdict, "state": case.state, "annotator": case.annotator, "blur_px": case.blur_px,
        "spread_mm": case.spread_mm, "best_score": case.best_score, "error_mm": case.error_mm,
        "triage": list(case.triage), "provenance": case.provenance,
        "flags": [
            {"uuid": flag.uuid, "annotator": flag.annotator, "kind": flag.kind, "severity": flag.severity,
             "note": flag.note, "hypotheses": list(flag.hypotheses), "joints": list(flag.joints),
             "created": flag.created}
            for flag in flags
        ],
    }  # fmt: skip


def records(library: Library, wanted: CaseFilter, everybody: bool = False) -> list[dict[str, Any]]:
    """The cases a filter lets through, with the annotator's flags or everybody's."""
    by_case: dict[int, list[Flag]] = {}
    for flag in library.flags(everybody=everybody):
        by_case.setdefault(flag.case_id, []).append(flag)
    return [case_record(case, by_case.get(case.id, [])) for case in library.cases(wanted)]


def export_json(library: Library, path: Path, wanted: CaseFilter, everybody: bool = False) -> int:
    """Write JSON and return the number of cases. Raises InputError."""
    found = records(library, wanted, everybody)
    with atomic_write(path, "w") as file:
        file.write(json.dumps({"format": "handviz cases", "version": 1, "cases": found}, indent=1) + "\n")
    return len(found)


def export_csv(library: Library, path: Path, wanted: CaseFilter, everybody: bool = False) -> int:
    """Write CSV, a line a case, and return the number of cases. Raises InputError."""
    found = records(library, wanted, everybody)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for record in found:
        flags = "; ".join(_flag_text(flag) for flag in record["flags"])
        values = {**record, "flags": flags, "triage": "; ".join(record["triage"])}
        if values["box"] is not None:
            values["box"] = " ".join(f"{value:g}" for value in values["box"])
        writer.writerow([_cell(values[name]) for name in COLUMNS])
    with atomic_write(path, "w") as file:
        file.write(text.getvalue())
    return len(found)


def _flag_text(flag: dict[str, Any]) -> str:
    note = f": {flag['note']}" if flag["note"] else ""
    return f"{flag['kind']} ({flag['severity']}){note}"


def _cell(value: Any) -> Any:
    # A spreadsheet would run a note that looks like a formula.
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value
