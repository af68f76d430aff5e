"""All that another library holds, read from a copy and checked row by row."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from handviz.errors import InputError
from handviz.review import rows
from handviz.review.bundle import MOMENT, UUID, Bundle, Place, Record, checked_flag, judged, matching, refusing
from handviz.review.cases import Case, Flag, Judged, NewCase
from handviz.review.connections import read_whole
from handviz.review.faults import as_sentence

Value = TypeVar("Value")


def read_library(path: Path) -> Bundle:
    """All of another library, which stays as it is, whatever its version. Raises InputError."""
    connection = read_whole(path)
    try:
        bundle, _ = _read(connection, path, _finder(path.parent))
        return bundle
    finally:
        connection.close()


def read_damaged(connection: sqlite3.Connection, path: Path) -> tuple[Bundle, int]:
    """What makes sense of an own library's rows, and how many make none; photos lie where it says."""
    return _read(connection, path, lambda case: (case.path, case.truth), sparing=True)


def _read(
    connection: sqlite3.Connection, path: Path, where: Callable[[Case], tuple[Path, str]], sparing: bool = False
) -> tuple[Bundle, int]:
    lost: list[sqlite3.Row] = []

    def good(sql: str, make: Callable[[sqlite3.Row], Value]) -> Iterator[tuple[sqlite3.Row, Value]]:
        for row in connection.execute(sql, {"annotator": "", "blind": 0}):
            try:
                yield row, make(row)
            except (InputError, ValueError, TypeError, KeyError, OverflowError, RecursionError):
                if not sparing:
                    raise
                lost.append(row)

    def record(row: sqlite3.Row) -> Record:
        case = rows.to_case(row, "")
        place, truth = where(case)
        values = {name: getattr(case, name) for name in NewCase.__dataclass_fields__} | {"path": place, "truth": truth}
        said = tuple(flags.get(case.id, ())), tuple(verdicts.get(case.id, ()))
        return Record(matching(UUID, case.case_uuid), NewCase(**values), *said)

    with refusing(path), as_sentence(path):
        flags: dict[int, list[Flag]] = {}
        for _, flag in good("SELECT * FROM flags ORDER BY id", lambda row: checked_flag(rows.to_flag(row))):
            flags.setdefault(flag.case_id, []).append(flag)
        verdicts: dict[int, list[Judged]] = {}
        words = good("SELECT * FROM verdicts ORDER BY id", lambda r: judged(r["annotator"], r["verdict"], r["created"]))
        for row, word in words:
            verdicts.setdefault(row["case_id"], []).append(word)
        records = [found for _, found in good(rows.SELECT, record)]
        removed = dict(found for _, found in good("SELECT * FROM removed", _removed))
        return Bundle(path.name, records, removed), len(lost)


def _finder(folder: Path) -> Callable[[Case], tuple[Path, str]]:
    place = Place(folder)
    return lambda case: (place.find(str(case.path), case.relative_path, case.photo_sha256), place.inside(case.truth))


def _removed(row: sqlite3.Row) -> tuple[str, str]:
    if not isinstance(row["name"], str):
        raise TypeError("name is no text")
    return row["name"], matching(MOMENT, row["created"])
