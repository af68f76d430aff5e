"""Tables of a library, their versions, and the check that a file from outside holds these and nothing else."""

import sqlite3
from pathlib import Path

from handviz.errors import InputError

APPLICATION_ID = 0x48564C42
"""Marks the file as a library of handviz ("HVLB")."""

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE cases (
        id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, path TEXT NOT NULL, photo_sha256 TEXT NOT NULL,
        frame INTEGER, box TEXT, hand TEXT, prediction_key TEXT NOT NULL, blur_px REAL, spread_mm REAL,
        best_score REAL, error_mm REAL, triage TEXT NOT NULL, figures TEXT NOT NULL, provenance TEXT NOT NULL
    );
    CREATE TABLE verdicts (
        id INTEGER PRIMARY KEY, case_id INTEGER NOT NULL REFERENCES cases(id) ON DELETE CASCADE,
        annotator TEXT NOT NULL, verdict TEXT NOT NULL, created TEXT NOT NULL, UNIQUE (case_id, annotator)
    );
    CREATE TABLE flags (
        id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE,
        case_id INTEGER NOT NULL REFERENCES cases(id) ON DELETE CASCADE, annotator TEXT NOT NULL, kind TEXT NOT NULL,
        severity INTEGER NOT NULL, note TEXT NOT NULL, hypotheses TEXT NOT NULL, joints TEXT NOT NULL,
        created TEXT NOT NULL
    );
    CREATE INDEX flags_of_case ON flags (case_id, annotator);
    CREATE TABLE kinds (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE);
    CREATE TABLE filters (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, content TEXT NOT NULL);
    CREATE TABLE journal (
        id INTEGER PRIMARY KEY AUTOINCREMENT, annotator TEXT NOT NULL, sentence TEXT NOT NULL, changes TEXT NOT NULL,
        undone INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX journal_of_annotator ON journal (annotator, undone);
    """,
)
"""SQL that leads from version n to n + 1; a released one is never changed."""

VERSION = len(MIGRATIONS)


def prepare(connection: sqlite3.Connection, path: Path) -> bool:
    """Bring a file to this version; whether it was empty. Raises InputError for files that are not ours or newer."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:
        version = 0
    elif connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise InputError(f"{path}: it is no library of handviz; choose another file.")
    if version > VERSION:
        raise InputError(f"{path}: it was written by a newer handviz (version {version}); update handviz to open it.")
    if version:
        _check(connection, path, version)
    if version < VERSION:
        connection.execute("BEGIN IMMEDIATE")
        try:
            # Another window may have done it while this one waited.
            if connection.execute("PRAGMA user_version").fetchone()[0] == version:
                for script in MIGRATIONS[version:]:
                    for statement in _statements(script):
                        connection.execute(statement)
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                connection.execute(f"PRAGMA user_version = {VERSION}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
    return version == 0


def _statements(script: str) -> list[str]:
    return [statement.strip() for statement in script.split(";") if statement.strip()]


def _check(connection: sqlite3.Connection, path: Path, version: int) -> None:
    """A file from outside may bring views and triggers that run with our queries: only our own tables are let in."""
    model = sqlite3.connect(":memory:")
    try:
        for script in MIGRATIONS[:version]:
            model.executescript(script)
        listing = "SELECT type, name, sql FROM sqlite_master ORDER BY type, name"
        expected = [row for row in model.execute(listing)]
    finally:
        model.close()
    found = [tuple(row) for row in connection.execute(listing)]
    if [_plain(row) for row in found] != [_plain(row) for row in expected]:
        raise InputError(f"{path}: its tables are not those of a handviz library; choose another file.")
    result = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if result != "ok":
        raise InputError(f"{path}: it is damaged ({result}); merge a copy from before into a new library.")


def _plain(row: tuple) -> tuple:
    return tuple(" ".join(value.split()) if isinstance(value, str) else value for value in row)
