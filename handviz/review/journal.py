"""Undo and redo: each change is kept as the rows before and after it, in the same transaction as the change itself."""

import json
import sqlite3
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Row = dict[str, Any] | None

_TABLES = ("cases", "verdicts", "flags", "kinds", "filters", "settings", "removed")
_DERIVED = {
    "cases": frozenset(
        ("prediction_key", "blur_px", "spread_mm", "best_score", "error_mm", "triage", "provenance", "figures", "path",
         "relative_path", "photo_bytes")
    )
}  # fmt: skip
"""What predicting again and finding photos again change on their own: never in the way of an undo."""

DONE, UNDONE, VOID = 0, 1, 2
"""States of an entry; a void one can neither be undone nor redone."""


def now() -> str:
    """UTC, ISO 8601, whole microseconds, so that text order is time order."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


@dataclass
class Recorder:
    """Writes rows and remembers what they were."""

    connection: sqlite3.Connection
    changes: list[tuple[str, int, Row, Row]] = field(default_factory=list)

    def find(self, table: str, **wanted: Any) -> Row:
        """The row with these values, None where there is none."""
        clause = " AND ".join(f"{name} = ?" for name in wanted)
        row = self.connection.execute(f"SELECT * FROM {table} WHERE {clause}", tuple(wanted.values())).fetchone()
        return None if row is None else dict(row)

    def insert(self, table: str, values: dict[str, Any]) -> int:
        """Add a row and return its id."""
        names = ", ".join(values)
        cursor = self.connection.execute(
            f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(values))})", tuple(values.values())
        )
        row_id = int(cursor.lastrowid or 0)
        self.changes.append((table, row_id, None, read_row(self.connection, table, row_id)))
        return row_id

    def update(self, table: str, row_id: int, values: dict[str, Any]) -> bool:
        """Change fields of a row; nothing is remembered when they are as wanted already."""
        before = read_row(self.connection, table, row_id)
        if before is None or all(before[name] == value for name, value in values.items()):
            return False
        _write(self.connection, table, row_id, {**values, "id": row_id})
        self.changes.append((table, row_id, before, read_row(self.connection, table, row_id)))
        return True

    def delete(self, table: str, row_id: int) -> None:
        """Take a row away."""
        before = read_row(self.connection, table, row_id)
        if before is not None:
            _write(self.connection, table, row_id, None)
            self.changes.append((table, row_id, before, None))

    def commit_entry(self, annotator: str, sentence: str) -> bool:
        """Enter what was changed; what the annotator had undone before cannot be redone any more."""
        if not self.changes:
            return False
        self.connection.execute("DELETE FROM journal WHERE annotator = ? AND undone = ?", (annotator, UNDONE))
        self.connection.execute(
            "INSERT INTO journal (annotator, sentence, changes, uuid, created) VALUES (?, ?, ?, ?, ?)",
            (annotator, sentence, json.dumps(self.changes), uuid.uuid4().hex, now()),
        )
        return True


def next_entry(connection: sqlite3.Connection, annotator: str, forward: bool) -> tuple[str, str] | None:
    """(uuid, sentence) of what undo or redo would take next; None when there is nothing."""
    # What was undone last has the lowest number among the undone ones.
    row = connection.execute(
        f"SELECT uuid, sentence FROM journal WHERE annotator = ? AND undone = ? ORDER BY id "
        f"{'ASC' if forward else 'DESC'} LIMIT 1",
        (annotator, UNDONE if forward else DONE),
    ).fetchone()
    return None if row is None else (str(row["uuid"]), str(row["sentence"]))


def step(connection: sqlite3.Connection, entry: str, forward: bool) -> str | None:
    """Undo an entry, or redo it; doing it twice changes nothing. Returns why it cannot be done, None when it was.

    An entry that cannot be undone, since someone else changed the same rows, becomes void and the rows stay as they
    are: the next undo goes on before it.
    """
    row = connection.execute("SELECT * FROM journal WHERE uuid = ?", (entry,)).fetchone()
    if row is None or row["undone"] != (UNDONE if forward else DONE):
        return None
    connection.execute("SAVEPOINT step")
    try:
        changes = _apply(connection, _changes(row["changes"]), forward)
    except (_ConflictError, sqlite3.IntegrityError) as error:
        reason = error if isinstance(error, _ConflictError) else _CHANGED
        connection.execute("ROLLBACK TO step")
        connection.execute("UPDATE journal SET undone = ? WHERE id = ?", (VOID, row["id"]))
        return f"“{row['sentence']}” cannot be {'redone' if forward else 'undone'}: {reason}."
    finally:
        connection.execute("RELEASE step")
    connection.execute(
        "UPDATE journal SET undone = ?, changes = ? WHERE id = ?",
        (DONE if forward else UNDONE, json.dumps(changes), row["id"]),
    )
    return None


_CHANGED = "it was changed since, in another window"


class _ConflictError(Exception):
    pass


def _changes(text: str) -> list[tuple[str, int, Row, Row]]:
    try:
        changes = [(table, row_id, before, after) for table, row_id, before, after in json.loads(text)]
        for table, row_id, before, after in changes:
            if table not in _TABLES or type(row_id) is not int or (before is None and after is None):
                raise ValueError(table)
            for row in (before, after):
                if row is not None and row["id"] != row_id:
                    raise ValueError(row_id)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise _ConflictError("the file's record of it is damaged") from error
    return changes


def _apply(connection: sqlite3.Connection, changes: list[tuple[str, int, Row, Row]], forward: bool) -> list:
    """Write the wanted rows; the changes as they are to be remembered, in their old order."""
    done = []
    for table, row_id, before, after in changes if forward else reversed(changes):
        old, new = (before, after) if forward else (after, before)
        current = read_row(connection, table, row_id)
        if not _as_left(table, current, old, new):
            raise _ConflictError(_CHANGED)
        if new is None and table == "cases" and _judged(connection, row_id):
            raise _ConflictError("others have judged the case since")
        if new is None:
            # What predicting added since comes back with the row.
            old = current
            _write(connection, table, row_id, None)
        elif old is None:
            _write(connection, table, row_id, new)
        else:
            differing = {name: value for name, value in new.items() if old.get(name) != value}
            _write(connection, table, row_id, {**differing, "id": row_id})
        done.append((table, row_id, old, new) if forward else (table, row_id, new, old))
    return done if forward else done[::-1]


def _as_left(table: str, current: Row, old: Row, new: Row) -> bool:
    """Whether nobody touched since what the change touched."""
    if old is None or current is None:
        return old is current
    touched = old.keys() if new is None else [name for name in old if old[name] != new.get(name)]
    return all(current.get(name) == old[name] for name in touched if name not in _DERIVED.get(table, ()))


def _judged(connection: sqlite3.Connection, case_id: int) -> bool:
    # Deleting the case would take these with it, and no journal would know of them.
    tables = ("flags", "verdicts")
    return any(connection.execute(f"SELECT 1 FROM {t} WHERE case_id = ?", (case_id,)).fetchone() for t in tables)


def read_row(connection: sqlite3.Connection, table: str, row_id: int) -> Row:
    """A row as a dict, None where there is none."""
    row = connection.execute(f"SELECT * FROM {table} WHERE id = ?", (row_id,)).fetchone()
    return None if row is None else dict(row)


def _write(connection: sqlite3.Connection, table: str, row_id: int, row: Row) -> None:
    if row is None:
        connection.execute(f"DELETE FROM {table} WHERE id = ?", (row_id,))
        return
    # Entries of older versions lack newer columns, which keep their values then.
    if not row.keys() <= _columns(connection, table) or not all(_plain(value) for value in row.values()):
        raise _ConflictError("the file's record of it is damaged")
    names = list(row)
    values = tuple(row[name] for name in names)
    if read_row(connection, table, row_id) is None:
        connection.execute(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})", values)
    else:
        assignments = ", ".join(f"{name} = ?" for name in names)
        connection.execute(f"UPDATE {table} SET {assignments} WHERE id = ?", (*values, row_id))


def _plain(value: Any) -> bool:
    return value is None or isinstance(value, str | float) or (isinstance(value, int) and abs(value) < 1 << 63)


def _columns(connection: sqlite3.Connection, table: str) -> set[str]:
    return {row["name"] for row in connection.execute(f"PRAGMA table_info({table})")}
