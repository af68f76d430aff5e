"""What can go wrong with a library's file, each as one sentence."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from handviz.errors import InputError


class StorageError(InputError):
    """The file of a library cannot be read or written now: a full disk, a lost drive, a lock, damage."""

    KEPT = "; the change is kept in memory, not saved"
    """Ends the sentence of a change that the library keeps until its file works again."""

    def __init__(self, sentence: str, cause: str = "") -> None:
        super().__init__(sentence)
        self.cause = cause
        """SQLite's name of the error, such as SQLITE_FULL; empty where it was not SQLite's."""


_SENTENCES = (
    ("SQLITE_FULL", "the disk is full; free some space, or save the library elsewhere"),
    ("SQLITE_READONLY", "it may not be written to; save the library elsewhere and go on there"),
    ("SQLITE_PERM", "it may not be written to; save the library elsewhere and go on there"),
    ("SQLITE_BUSY", "another program holds it locked; close that one, or save the library elsewhere"),
    ("SQLITE_LOCKED", "another program holds it locked; close that one, or save the library elsewhere"),
    ("SQLITE_CORRUPT", "it is damaged; save the library elsewhere, or what is left of it by `handviz cases recover`"),
    ("SQLITE_NOTADB", "it is no library of handviz; choose another file"),
    ("SQLITE_CANTOPEN", "it cannot be opened; see that its folder exists and may be written to"),
    ("SQLITE_IOERR_WRITE", "it cannot be written; see that its disk is there and has space, or save it elsewhere"),
    ("SQLITE_IOERR", "its disk does not answer; see that the drive is there, or save the library elsewhere"),
)


@contextmanager
def as_sentence(path: Path) -> Iterator[None]:
    """Turn errors of SQLite into a StorageError that names the file, the cause and what to do."""
    try:
        yield
    except UnicodeEncodeError as error:
        raise InputError(
            f"{path}: {error.object!a:.80} is no text that can be stored; rename or correct it."
        ) from error
    except (sqlite3.Error, OverflowError, UnicodeError) as error:
        name = getattr(error, "sqlite_errorname", "") or ""
        known = (sentence for prefix, sentence in _SENTENCES if name.startswith(prefix))
        said = " ".join(str(error).split())[:200]
        if not name:
            raise InputError(f"{path}: a row of it cannot be read ({said}); it is damaged.") from error
        reason = next(known, f"the library cannot be used ({said}); save it elsewhere")
        raise StorageError(f"{path}: {reason}.", name) from error
