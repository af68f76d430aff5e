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
    # Numbers of removed rows are not given out again, since undo and open windows name rows by them; figures of triage
    # and truth; photos found relative to the library; what was removed, so that merging does not bring it back.
    """
    CREATE TABLE cases_2 (
        id INTEGER PRIMARY KEY AUTOINCREMENT, uuid TEXT NOT NULL UNIQUE, path TEXT NOT NULL,
        relative_path TEXT NOT NULL DEFAULT '', photo_sha256 TEXT NOT NULL, photo_bytes INTEGER, frame INTEGER,
        box TEXT, hand TEXT, prediction_key TEXT NOT NULL, blur_px REAL, spread_mm REAL, best_score REAL,
        error_mm REAL, triage TEXT NOT NULL, figures TEXT NOT NULL, provenance TEXT NOT NULL,
        truth TEXT NOT NULL DEFAULT ''
    );
    INSERT INTO cases_2 (id, uuid, path, photo_sha256, frame, box, hand, prediction_key, blur_px, spread_mm,
        best_score, error_mm, triage, figures, provenance)
        SELECT id, uuid, path, photo_sha256, frame, box, hand, prediction_key, blur_px, spread_mm, best_score,
        error_mm, triage, figures, provenance FROM cases;
    CREATE TABLE verdicts_2 (
        id INTEGER PRIMARY KEY AUTOINCREMENT, case_id INTEGER NOT NULL REFERENCES cases(id) ON DELETE CASCADE,
        annotator TEXT NOT NULL, verdict TEXT NOT NULL, created TEXT NOT NULL, UNIQUE (case_id, annotator)
    );
    INSERT INTO verdicts_2 SELECT id, case_id, annotator, verdict, created FROM verdicts;
    CREATE TABLE flags_2 (
        id INTEGER PRIMARY KEY AUTOINCREMENT, uuid TEXT NOT NULL UNIQUE,
        case_id INTEGER NOT NULL REFERENCES cases(id) ON DELETE CASCADE, annotator TEXT NOT NULL, kind TEXT NOT NULL,
        severity INTEGER NOT NULL, note TEXT NOT NULL, hypotheses TEXT NOT NULL, joints TEXT NOT NULL,
        created TEXT NOT NULL, changed TEXT NOT NULL DEFAULT ''
    );
    INSERT INTO flags_2 SELECT id, uuid, case_id, annotator, kind, severity, note, hypotheses, joints, created, created
        FROM flags;
    DROP TABLE flags;
    DROP TABLE verdicts;
    DROP TABLE cases;
    ALTER TABLE cases_2 RENAME TO cases;
    ALTER TABLE verdicts_2 RENAME TO verdicts;
    ALTER TABLE flags_2 RENAME TO flags;
    CREATE INDEX cases_of_photo ON cases (photo_sha256);
    CREATE INDEX flags_of_case ON flags (case_id, annotator);
    CREATE TABLE settings (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, value TEXT NOT NULL);
    CREATE TABLE removed (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, created TEXT NOT NULL);
    ALTER TABLE journal ADD COLUMN uuid TEXT NOT NULL DEFAULT '';
    ALTER TABLE journal ADD COLUMN created TEXT NOT NULL DEFAULT '';
    UPDATE journal SET uuid = lower(hex(randomblob(16)));
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
        # Tables are rebuilt under their old names, which must not delete the rows that refer to them.
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("BEGIN IMMEDIATE")
        try:
            # Another window may have done it while this one waited.
            if connection.execute("PRAGMA user_version").fetchone()[0] == version:
                for script in MIGRATIONS[version:]:
                    for statement in statements(script):
                        connection.execute(statement)
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                connection.execute(f"PRAGMA user_version = {VERSION}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
    connection.execute("PRAGMA foreign_keys = ON")
    return version == 0


def statements(script: str) -> list[str]:
    """The statements of a migration, one by one: each can be part of a transaction."""
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
        raise InputError(
            f"{path}: it is damaged ({_one_line(result)}); save what is left of it by `handviz cases recover`."
        )


def _plain(row: tuple) -> tuple:
    return tuple(" ".join(value.split()) if isinstance(value, str) else value for value in row)


def _one_line(text: str) -> str:
    return " ".join(str(text).split())[:120]
