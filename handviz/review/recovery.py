"""Saving what is left of a damaged library."""

import sqlite3
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from handviz.errors import InputError
from handviz.review.connections import copied_bytes
from handviz.review.faults import StorageError, as_sentence
from handviz.review.library_contents import read_damaged
from handviz.review.merging import Merged, merge_bundle
from handviz.review.schema import MIGRATIONS, VERSION, statements
from handviz.review.store import Library

_MAX_ROWS = 1_000_000
_TABLES = ("cases", "verdicts", "flags", "removed")


@dataclass(frozen=True)
class Recovered:
    """What was saved of a damaged library, and how many of its rows could not be read."""

    saved: Merged
    lost: int


def recover(path: str | Path, target: str | Path) -> Recovered:
    """Copy every row of a damaged library that can still be read into a new one; the damaged file stays as it is.

    Undo does not go back before it. Raises InputError when nothing can be read, or `target` is there already.
    """
    path, target = Path(path), Path(target)
    if target.exists():
        raise InputError(f"{target} exists already; choose another name.")
    if not path.is_file():
        raise InputError(f"{path} is not there; name a damaged library.")
    whole = sqlite3.connect(":memory:", isolation_level=None)
    whole.row_factory = sqlite3.Row
    try:
        with copied_bytes(path) as damaged:
            damaged.row_factory = sqlite3.Row
            version, lost = _copy_rows(damaged, whole, path)
        for script in MIGRATIONS[version:]:
            for statement in statements(script):
                whole.execute(statement)
        bundle, senseless = read_damaged(whole, path)
    finally:
        whole.close()
    # Made under another name, so that what fails leaves nothing behind.
    with tempfile.TemporaryDirectory(prefix="handviz-") as folder, Library.open(Path(folder) / path.name) as library:
        saved = merge_bundle(library, bundle, f"recovered {path.name}")
        library.save_copy(target)
    return Recovered(saved, lost + senseless)


def _copy_rows(damaged: sqlite3.Connection, whole: sqlite3.Connection, path: Path) -> tuple[int, int]:
    """Copy rows one by one into an empty library of the same version: (version, rows that cannot be read)."""
    with as_sentence(path):
        version = damaged.execute("PRAGMA user_version").fetchone()[0]
        if not 1 <= version <= VERSION:
            raise StorageError(f"{path}: nothing of it can be read; go back to a copy from before.")
        for script in MIGRATIONS[:version]:
            for statement in statements(script):
                whole.execute(statement)
    lost = 0
    for table in _TABLES:
        columns = [row["name"] for row in whole.execute(f"PRAGMA table_info({table})")]
        marks = ", ".join("?" * len(columns))
        for row in _rows(damaged, table, columns) if columns else ():
            try:
                if row is None:
                    raise sqlite3.DatabaseError
                whole.execute(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", row)
            except sqlite3.Error:
                lost += 1
    # What was said about a case that is lost has nothing to belong to.
    for table in ("verdicts", "flags"):
        lost += whole.execute(f"DELETE FROM {table} WHERE case_id NOT IN (SELECT id FROM cases)").rowcount
    return version, lost


def _rows(damaged: sqlite3.Connection, table: str, columns: list[str]) -> Iterator[tuple | None]:
    """The rows by their numbers, each read alone, so that one bad page takes its own rows only; None for a bad one."""
    last = _last_number(damaged, table)
    names = ", ".join(columns)
    for number in range(1, last + 1):
        try:
            row = damaged.execute(f"SELECT {names} FROM {table} WHERE id = ?", (number,)).fetchone()
        except sqlite3.Error:
            yield None
            continue
        if row is not None:
            yield tuple(row)


def _last_number(damaged: sqlite3.Connection, table: str) -> int:
    for sql in (f"SELECT seq FROM sqlite_sequence WHERE name = '{table}'", f"SELECT max(id) FROM {table}"):
        try:
            row = damaged.execute(sql).fetchone()
        except sqlite3.Error:
            continue
        if row is not None and isinstance(row[0], int):
            return min(row[0], _MAX_ROWS)
    return 0
