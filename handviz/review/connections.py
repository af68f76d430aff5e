"""Connections to a library's file and to its copies in memory."""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from handviz.errors import InputError
from handviz.files import make_folder, unwritable
from handviz.review.cases import DEFAULT_KINDS
from handviz.review.faults import StorageError, as_sentence
from handviz.review.rows import path_values
from handviz.review.schema import prepare

SUFFIX = ".handviz"
LOCK_SECONDS = 2.0
MAX_BYTES = 2 << 30


def connect(path: Path, create: bool = False, lock_seconds: float | None = None) -> sqlite3.Connection:
    """A library's file to read and write, brought to this version; lock_seconds is the longest wait for others.

    Raises InputError.
    """
    if not create and not path.is_file():
        raise StorageError(f"{path} is not there; name a library, a file ending in {SUFFIX}.")
    _check_size(path)
    wait = LOCK_SECONDS if lock_seconds is None else lock_seconds
    with as_sentence(path):
        connection = _guarded(sqlite3.connect(path, timeout=wait, isolation_level=None, check_same_thread=False))
        try:
            new = prepare(connection, path)
            connection.execute("PRAGMA journal_mode = WAL")
            # FULL: a confirmed change survives a power cut, not only a crash.
            connection.execute("PRAGMA synchronous = FULL")
            if new:
                _add_default_kinds(connection)
            _ask_to_write(connection)
            connection.execute(f"PRAGMA busy_timeout = {int(LOCK_SECONDS * 1000)}")
        except BaseException:
            connection.close()
            raise
    return connection


def _check_size(path: Path) -> None:
    # Libraries are copied into memory; thousands of cases take megabytes.
    with suppress(OSError):
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"{path} is larger than any library handviz writes; choose another file.")


def _add_default_kinds(connection: sqlite3.Connection) -> None:
    connection.executemany(
        "INSERT OR IGNORE INTO kinds (key, name) VALUES (?, ?)", [(kind.key, kind.name) for kind in DEFAULT_KINDS]
    )


def _ask_to_write(connection: sqlite3.Connection) -> None:
    """Opening alone does not tell whether a file may be written to. Another one's writing just now is no matter."""
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if not error.sqlite_errorname.startswith("SQLITE_BUSY"):
            raise
    else:
        connection.execute("ROLLBACK")


def in_memory() -> sqlite3.Connection:
    """An empty database in memory."""
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    return _guarded(connection)


def read_whole(path: Path) -> sqlite3.Connection:
    """A copy in memory, brought to this version, of a file that may not be written to. Raises InputError."""
    _check_size(path)
    copy = in_memory()
    try:
        if not _copied_beside_its_writer(path, copy):
            with copied_bytes(path) as source:
                source.backup(copy)
        with as_sentence(path):
            prepare(copy, path)
    except OSError as error:
        copy.close()
        raise StorageError(
            f"{path} cannot be read ({error.strerror or error}); see that the drive is there."
        ) from error
    except BaseException:
        copy.close()
        raise
    return copy


def _copied_beside_its_writer(path: Path, copy: sqlite3.Connection) -> bool:
    """Copy a file that another program has open, in a moment between two changes."""
    if not Path(f"{path}-shm").exists():
        return False
    try:
        source = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=LOCK_SECONDS)
    except sqlite3.Error:
        return False
    try:
        source.backup(copy)
    except sqlite3.Error:
        return False
    finally:
        source.close()
    return True


@contextmanager
def copied_bytes(path: Path) -> Iterator[sqlite3.Connection]:
    """A file copied elsewhere and opened there, unchecked. Raises OSError, or StorageError from the block's SQL."""
    # Reading a file with a write-ahead log needs a place for its index, which a read-only folder is not.
    with tempfile.TemporaryDirectory(prefix="handviz-") as folder, as_sentence(path):
        shutil.copyfile(path, Path(folder) / "library")
        with suppress(FileNotFoundError):
            shutil.copyfile(f"{path}-wal", Path(folder) / "library-wal")
        connection = sqlite3.connect(Path(folder) / "library")
        try:
            yield connection
        finally:
            connection.close()


def write_whole(source: sqlite3.Connection, path: Path) -> None:
    """Write a database to a new file, whole or not at all. Raises InputError, also when there is such a file."""
    if os.path.lexists(path):
        raise InputError(f"{path} exists already; choose another name.")
    make_folder(path.parent)
    part = path.with_name(f".{path.name[:64]}.{os.getpid()}.part")
    try:
        with as_sentence(path):
            target = sqlite3.connect(part)
            try:
                source.backup(target)
                _seen_from(target, path.parent)
            finally:
                target.close()
        with open(part, "rb+") as file:
            os.fsync(file.fileno())
        os.replace(part, path)
    except OSError as error:
        raise unwritable(path, error) from error
    finally:
        with suppress(OSError):
            part.unlink()


def _seen_from(copy: sqlite3.Connection, folder: Path) -> None:
    """Note where the photos lie as seen from the folder that the copy is for."""
    for case_id, photo in copy.execute("SELECT id, path FROM cases").fetchall():
        relative = path_values(Path(photo), folder)["relative_path"]
        copy.execute("UPDATE cases SET relative_path = ? WHERE id = ?", (relative, case_id))
    copy.commit()


def _guarded(connection: sqlite3.Connection) -> sqlite3.Connection:
    # A file from outside is untrusted: none of its functions run, damaged cells are noticed.
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection
