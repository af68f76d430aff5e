"""A library as CSV or JSON: one row a case, flags with it."""

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from handviz.files import atomic_write
from handviz.review.bundle import FORMAT, FORMAT_VERSION
from handviz.review.cases import Case, Flag
from handviz.review.filters import CaseFilter
from handviz.review.rows import path_values
from handviz.review.store import Library

COLUMNS = ("id", "uuid", "path", "photo_sha256", "frame", "box", "hand", "verdict", "state", "annotator", "blur_px",
           "spread_mm", "best_score", "error_mm", "triage", "flags", "verdicts")  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t")


def case_record(case: Case, flags: list[Flag], verdicts: list[dict[str, str]], folder: Path) -> dict[str, Any]:
    """A case and what was said about it as plain JSON values, for a file in `folder`."""
    relative = path_values(case.path, folder)["relative_path"]
    return {
        "id": case.id, "uuid": case.case_uuid, "path": str(case.path),
        # Import lets no path lead out of the folder that the file lies in.
        "relative_path": "" if relative.startswith("..") else relative,
        "photo_sha256": case.photo_sha256, "photo_bytes": case.photo_bytes, "frame": case.frame,
        "box": None if case.box is None else list(case.box), "hand": case.hand, "verdict": case.verdict,
        "state": case.state, "annotator": case.annotator, "prediction_key": case.prediction_key,
        "blur_px": case.blur_px, "spread_mm": case.spread_mm, "best_score": case.best_score,
        "error_mm": case.error_mm, "triage": list(case.triage), "provenance": case.provenance, "truth": case.truth,
        "figures": case.figures,
        "flags": [
            {"uuid": flag.uuid, "annotator": flag.annotator, "kind": flag.kind, "severity": flag.severity,
             "note": flag.note, "hypotheses": list(flag.hypotheses), "joints": list(flag.joints),
             "created": flag.created, "changed": flag.changed}
            for flag in flags
        ],
        "verdicts": verdicts,
    }  # fmt: skip


def records(library: Library, wanted: CaseFilter, everybody: bool = False, folder: Path = Path()) -> list[dict]:
    """The cases a filter lets through, with the annotator's flags and verdicts or everybody's."""
    flags: dict[int, list[Flag]] = {}
    for flag in library.flags(everybody=everybody):
        flags.setdefault(flag.case_id, []).append(flag)
    verdicts: dict[int, list[dict[str, str]]] = {}
    for case_id, judged in library.judged():
        if everybody or judged.annotator == library.annotator:
            verdicts.setdefault(case_id, []).append(dict(judged.__dict__))
    return [case_record(case, flags.get(case.id, []), verdicts.get(case.id, []), folder)
            for case in library.cases(wanted)]  # fmt: skip


def export_json(library: Library, path: Path, wanted: CaseFilter | None = None, everybody: bool = False) -> int:
    """Write JSON, which import_json reads, and return the number of cases. Raises InputError."""
    found = records(library, wanted or CaseFilter(), everybody, path.parent)
    with atomic_write(path, "w") as file:
        file.write(json_text(found))
    return len(found)


def json_text(found: list[dict]) -> str:
    """The content of an exported JSON file."""
    return json.dumps({"format": FORMAT, "version": FORMAT_VERSION, "cases": found}, indent=1) + "\n"


def export_csv(library: Library, path: Path, wanted: CaseFilter | None = None, everybody: bool = False) -> int:
    """Write CSV, a line a case, and return the number of cases. Raises InputError."""
    found = records(library, wanted or CaseFilter(), everybody, path.parent)
    with atomic_write(path, "w") as file:
        file.write(csv_text(found))
    return len(found)


def csv_text(found: list[dict]) -> str:
    """The content of an exported CSV file."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([_cell(value) for value in _columns(record)] for record in found)
    return text.getvalue()


def _columns(record: Mapping[str, Any]) -> list[Any]:
    values = {
        **record,
        "flags": "; ".join(_flag_text(flag) for flag in record["flags"]),
        "triage": "; ".join(record["triage"]),
        "verdicts": "; ".join(f"{judged['annotator']}: {judged['verdict']}" for judged in record["verdicts"]),
        "box": None if record["box"] is None else " ".join(f"{value:g}" for value in record["box"]),
    }
    return [values[name] for name in COLUMNS]


def _flag_text(flag: dict[str, Any]) -> str:
    note = f": {flag['note']}" if flag["note"] else ""
    return f"{flag['kind']} ({flag['severity']}){note}"


def _cell(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    # A lone carriage return would end the line for some readers.
    value = value.replace("\r\n", "\n").replace("\r", "\n")
    # A spreadsheet would run a note that looks like a formula.
    return f"'{value}" if value.startswith(_FORMULA) else value
