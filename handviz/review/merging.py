"""Bringing another file's cases, flags and verdicts into a library, without duplicates, as one change."""

from dataclasses import dataclass
from pathlib import Path

from handviz.errors import InputError
from handviz.review.journal import Recorder
from handviz.review.store import Library

_CASE = ("uuid", "path", "photo_sha256", "frame", "box", "hand", "prediction_key", "blur_px", "spread_mm",
         "best_score", "error_mm", "triage", "figures", "provenance")  # fmt: skip
_FLAG = ("uuid", "annotator", "kind", "severity", "note", "hypotheses", "joints", "created")


@dataclass(frozen=True)
class Merged:
    """What a merge brought."""

    cases: int
    flags: int
    verdicts: int

    def __str__(self) -> str:
        return f"{self.cases} cases, {self.flags} flags, {self.verdicts} verdicts"


def merge(library: Library, other: Path) -> Merged:
    """Add what another library has and this one has not; of two verdicts of one annotator the later one stays.

    Doing it again adds nothing. Raises InputError when either file cannot be used; then nothing is merged.
    """
    if other.resolve() == library.path.resolve():
        raise InputError(f"{other} is the open library itself; name another one.")
    with Library.open(other, library.annotator, create=False) as source:
        # Reading every case first refuses rows that no handviz wrote.
        source.cases()
        source.flags(everybody=True)
        with source.reading() as theirs:
            cases = [dict(row) for row in theirs.execute("SELECT * FROM cases ORDER BY id")]
            flags = [dict(row) for row in theirs.execute("SELECT * FROM flags ORDER BY id")]
            verdicts = [dict(row) for row in theirs.execute("SELECT * FROM verdicts ORDER BY id")]
    with library.changing(f"merged {other.name}") as record:
        own_id: dict[int, int] = {}
        added = 0
        for case in cases:
            row = record.connection.execute("SELECT id FROM cases WHERE uuid = ?", (case["uuid"],)).fetchone()
            if row is None:
                own_id[case["id"]] = record.insert("cases", {name: case[name] for name in _CASE})
                added += 1
            else:
                own_id[case["id"]] = row["id"]
        new_flags = sum(_merge_flag(record, flag, own_id) for flag in flags)
        new_verdicts = sum(_merge_verdict(record, verdict, own_id) for verdict in verdicts)
    return Merged(added, new_flags, new_verdicts)


def _merge_flag(record: Recorder, flag: dict, own_id: dict[int, int]) -> bool:
    if record.connection.execute("SELECT 1 FROM flags WHERE uuid = ?", (flag["uuid"],)).fetchone():
        return False
    record.insert("flags", {"case_id": own_id[flag["case_id"]], **{name: flag[name] for name in _FLAG}})
    return True


def _merge_verdict(record: Recorder, verdict: dict, own_id: dict[int, int]) -> bool:
    case_id = own_id[verdict["case_id"]]
    values = {name: verdict[name] for name in ("verdict", "created")}
    row = record.connection.execute(
        "SELECT * FROM verdicts WHERE case_id = ? AND annotator = ?", (case_id, verdict["annotator"])
    ).fetchone()
    if row is None:
        record.insert("verdicts", {"case_id": case_id, "annotator": verdict["annotator"], **values})
        return True
    if row["created"] >= verdict["created"] or row["verdict"] == verdict["verdict"]:
        return False
    record.update("verdicts", row["id"], values)
    return True
