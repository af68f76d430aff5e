"""What can go wrong with a library's file, each as one sentence."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from handviz.errors import InputError

_SENTENCES = (
    ("SQLITE_FULL", "the disk is full; free some space and do it again, or save a copy elsewhere"),
    ("SQLITE_READONLY", "it may not be written to; save a copy elsewhere and go on there"),
    ("SQLITE_PERM", "it may not be written to; save a copy elsewhere and go on there"),
    ("SQLITE_BUSY", "another program holds it locked; close that one and try again"),
    ("SQLITE_LOCKED", "another program holds it locked; close that one and try again"),
    ("SQLITE_CORRUPT", "it is damaged; save a copy elsewhere, or merge a copy from before into a new library"),
    ("SQLITE_NOTADB", "it is no library of handviz; choose another file"),
    ("SQLITE_CANTOPEN", "it cannot be opened; see that its folder exists and may be written to"),
    ("SQLITE_IOERR", "its disk does not answer; see that the drive is there, or save a copy elsewhere"),
)


class StorageError(InputError):
    """The file could not be read or written; what was asked was right and can be asked again, or elsewhere."""


@contextmanager
def as_sentence(path: Path) -> Iterator[None]:
    """Turn errors of SQLite into a StorageError that names the file, the cause and what to do."""
    try:
        yield
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", "") or ""
        for prefix, sentence in _SENTENCES:
            if name.startswith(prefix):
                raise StorageError(f"{path}: {sentence}.") from error
        raise StorageError(f"{path}: the library cannot be used ({error}); save a copy elsewhere.") from error
