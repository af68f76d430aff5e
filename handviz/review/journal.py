"""Undo and redo: each change is kept as the rows before and after it, in the same transaction as the change itself."""

import json
import sqlite3
from dataclasses import dataclass, field
from typing import Any

from handviz.errors import InputError

Row = dict[str, Any] | None

_TABLES = ("cases", "verdicts", "flags", "kinds", "filters")


@dataclass
class Recorder:
    """Writes rows and remembers what they were."""

    connection: sqlite3.Connection
    changes: list[tuple[str, int, Row, Row]] = field(default_factory=list)

    def insert(self, table: str, values: dict[str, Any]) -> int:
        """Add a row and return its id."""
        names = ", ".join(values)
        cursor = self.connection.execute(
            f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(values))})", tuple(values.values())
        )
        row_id = int(cursor.lastrowid or 0)
        self.changes.append((table, row_id, None, read_row(self.connection, table, row_id)))
        return row_id

    def update(self, table: str, row_id: int, values: dict[str, Any]) -> None:
        """Change fields of a row; nothing is remembered when they are as wanted already."""
        before = read_row(self.connection, table, row_id)
        if before is None or all(before[name] == value for name, value in values.items()):
            return
        _write(self.connection, table, row_id, {**before, **values})
        self.changes.append((table, row_id, before, read_row(self.connection, table, row_id)))

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
        self.connection.execute("DELETE FROM journal WHERE annotator = ? AND undone = 1", (annotator,))
        self.connection.execute(
            "INSERT INTO journal (annotator, sentence, changes) VALUES (?, ?, ?)",
            (annotator, sentence, json.dumps(self.changes)),
        )
        return True


def step(connection: sqlite3.Connection, annotator: str, forward: bool) -> str | None:
    """Undo the annotator's last change, or redo the last undone one: its sentence; None when there is none.

    Raises InputError when someone else changed the same rows since; the change then stays as it is.
    """
    # What was undone last has the lowest number among the undone ones.
    row = connection.execute(
        f"SELECT id, sentence, changes FROM journal WHERE annotator = ? AND undone = ? ORDER BY id "
        f"{'ASC' if forward else 'DESC'} LIMIT 1",
        (annotator, int(forward)),
    ).fetchone()
    if row is None:
        return None
    changes = [(str(table), int(row_id), before, after) for table, row_id, before, after in json.loads(row["changes"])]
    if any(table not in _TABLES for table, *_ in changes):
        raise InputError("The list of changes is damaged; undo is not possible.")
    for table, row_id, before, after in changes if forward else reversed(changes):
        expected, wanted = (before, after) if forward else (after, before)
        if read_row(connection, table, row_id) != expected:
            verb = "redone" if forward else "undone"
            raise InputError(f"“{row['sentence']}” cannot be {verb}: it was changed since, in another window.")
        if wanted is None and table == "cases" and _judged(connection, row_id):
            raise InputError(f"“{row['sentence']}” cannot be undone: others have judged the case since.")
        _write(connection, table, row_id, wanted)
    connection.execute("UPDATE journal SET undone = ? WHERE id = ?", (int(not forward), row["id"]))
    return str(row["sentence"])


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
    names = _columns(connection, table)
    if set(row) != set(names) or row["id"] != row_id:
        raise InputError("The list of changes is damaged; undo is not possible.")
    # An upsert keeps the row: REPLACE would delete it first, and with a case its flags.
    updates = ", ".join(f"{name} = excluded.{name}" for name in names if name != "id")
    connection.execute(
        f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))}) "
        f"ON CONFLICT (id) DO UPDATE SET {updates}",
        tuple(row[name] for name in names),
    )


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    return [row["name"] for row in connection.execute(f"PRAGMA table_info({table})")]
