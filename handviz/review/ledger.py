"""One SQLite file that is never trusted to stay: every change is committed to it, and kept in memory when it fails."""

import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from handviz.errors import InputError
from handviz.review.connections import connect, in_memory, write_whole
from handviz.review.faults import StorageError, as_sentence
from handviz.review.journal import Recorder

Result = TypeVar("Result")

RETRY_SECONDS = 2.0
_MANY_CHANGES = 50
_UNREADABLE = (ValueError, TypeError, KeyError, RecursionError)
"""What values that no handviz wrote lead to; columns of SQLite hold any type."""


class Ledger:
    """A file, its twin in memory, and the changes that could not be written yet. Safe to call from any thread.

    While the file works, it alone is read and written. When it fails (full disk, lost drive, lock, damage), the twin
    takes over: the change is kept there and StorageError says so; `trouble` holds the sentence and `unsaved` the
    number of changes that are in memory alone. Later changes and change_stamp() try the file again; save_elsewhere()
    writes all of it to another file and goes on there.
    """

    def __init__(self, path: Path, annotator: str, file: sqlite3.Connection | None, twin: sqlite3.Connection) -> None:
        self.path, self.annotator = path, annotator
        self._file, self._twin = file, twin
        self._lock = threading.RLock()
        self._own_changes = 0
        self._version = -1
        self._since: list[tuple[str | None, Callable[[Recorder], object]]] = []
        self._unsaved: list[tuple[str | None, Callable[[Recorder], object]]] = []
        self._refused: list[str] = []
        self._trouble = ""
        self._tried = 0.0

    def close(self) -> None:
        """Close the file; safe to call twice. What is `unsaved` is lost: save_elsewhere first."""
        with self._lock:
            for connection in (self._file, self._twin):
                if connection is not None:
                    connection.close()

    # --- reading and writing -----------------------------------------------------------------------------------------

    def read(self, act: Callable[[sqlite3.Connection], Result]) -> Result:
        """What `act` reads, from the twin while the file fails. Raises InputError for rows that handviz never wrote."""
        with self._lock:
            if self._file is not None and not self._trouble:
                try:
                    return self._read(self._file, act)
                except StorageError as error:
                    self._turn_to_twin(error)
            return self._read(self._twin, act)

    def _read(self, connection: sqlite3.Connection, act: Callable[[sqlite3.Connection], Result]) -> Result:
        try:
            with as_sentence(self.path):
                return act(connection)
        except _UNREADABLE as error:
            raise self._unreadable(error) from error

    def change(self, sentence: str | None, act: Callable[[Recorder], Result]) -> Result:
        """Commit what `act` changes, all of it or nothing, entered into the journal unless the sentence is None.

        `act` may run again, on the file or on its twin: it must come to the same end. Raises StorageError when the
        file fails; the change is then kept in memory, see the class. Raises what `act` raises; then nothing changed.
        """
        with self._lock:
            self._try_again()
            if self._file is not None and not self._trouble:
                try:
                    self._renew_twin()
                    result = self._write(self._file, sentence, act)
                    self._since.append((sentence, act))
                    return result
                except StorageError as error:
                    self._turn_to_twin(error)
            self._write(self._twin, sentence, act)
            self._unsaved.append((sentence, act))
            raise StorageError(f"{self._trouble.removesuffix('.')}{StorageError.KEPT}.")

    def _write(self, connection: sqlite3.Connection, sentence: str | None, act: Callable[[Recorder], Result]) -> Result:
        with as_sentence(self.path):
            if connection is self._file and not self.path.exists():
                raise StorageError(f"{self.path}: it is gone; see that the drive is there, or save it elsewhere.")
            connection.execute("BEGIN IMMEDIATE")
            try:
                recorder = Recorder(connection)
                result = act(recorder)
                if sentence is not None:
                    recorder.commit_entry(self.annotator, sentence)
                connection.execute("COMMIT")
            except BaseException as error:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                if isinstance(error, _UNREADABLE) and not isinstance(error, UnicodeEncodeError):
                    raise self._unreadable(error) from error
                raise
        self._own_changes += 1
        return result

    def _unreadable(self, error: BaseException) -> InputError:
        return InputError(
            f"{self.path}: a row of it cannot be read ({' '.join(str(error).split())[:200]}); it is damaged."
        )

    # --- windows side by side ----------------------------------------------------------------------------------------

    def change_stamp(self) -> int:
        """Another number after every change, from here or from another window. Cheap: for asking every second.

        Raises InputError, once, when a file came back on which some changes that were kept no longer fit.
        """
        with self._lock:
            self._try_again()
            self._tell_refused()
            if self._file is not None and not self._trouble:
                try:
                    self._renew_twin()
                except StorageError as error:
                    self._turn_to_twin(error)
            return self._version * 1_000_000 + self._own_changes

    # --- when the file fails -----------------------------------------------------------------------------------------

    @property
    def trouble(self) -> str:
        """Why the file cannot be used now, one sentence; empty while it works."""
        return self._trouble

    @property
    def unsaved(self) -> int:
        """How many changes are in memory alone."""
        return len(self._unsaved)

    def retry(self) -> None:
        """Try to write what is unsaved to the file.

        Raises StorageError when it still fails, InputError when others' changes left no place for some.
        """
        with self._lock:
            self._try_again(now=True)
            if self._trouble:
                raise StorageError(self._trouble)
            self._tell_refused()

    def save_copy(self, path: str | Path) -> None:
        """Write all there is, unsaved changes too, to a new file. Raises InputError when that fails or it exists."""
        with self._lock:
            if self._file is not None and not self._trouble:
                try:
                    self._renew_twin(always=True)
                except StorageError as error:
                    self._turn_to_twin(error)
            write_whole(self._twin, Path(path))

    def save_elsewhere(self, path: str | Path) -> None:
        """Write all there is, unsaved changes too, to a new file, and go on there. Raises InputError."""
        with self._lock:
            self.save_copy(path)
            file = connect(Path(path))
            if self._file is not None:
                self._file.close()
            self.path, self._file = Path(path), file
            self._unsaved, self._trouble, self._version = [], "", -1
            self._own_changes += 1
            self._renew_twin()

    def _renew_twin(self, always: bool = False) -> None:
        """Copy the file to the twin when others changed it; what was changed from here is remembered apart."""
        assert self._file is not None
        with as_sentence(self.path):
            version = int(self._file.execute("PRAGMA data_version").fetchone()[0])
            if always or version != self._version or len(self._since) > _MANY_CHANGES:
                fresh = in_memory()
                try:
                    self._file.backup(fresh)
                except BaseException:
                    fresh.close()
                    raise
                self._twin.close()
                self._twin, self._version, self._since = fresh, version, []

    def _turn_to_twin(self, error: StorageError) -> None:
        """From now on the twin is read and written; first it learns what was changed since it was copied."""
        self._trouble, self._tried = str(error), time.monotonic()
        since, self._since = self._since, []
        for sentence, act in since:
            with suppress(InputError):
                self._write(self._twin, sentence, act)
        self._own_changes += 1

    def _try_again(self, now: bool = False) -> None:
        """Write what is unsaved to the file, if it works again."""
        if not self._trouble or (not now and time.monotonic() - self._tried < RETRY_SECONDS):
            return
        self._tried = time.monotonic()
        # First, since SQLite would use what it has open of the file again.
        if self._file is not None:
            self._file.close()
            self._file = None
        try:
            # A lock must not hold up whoever works on the twin.
            file = self._file = connect(self.path, lock_seconds=0.1)
            while self._unsaved:
                sentence, act = self._unsaved[0]
                try:
                    self._write(file, sentence, act)
                except StorageError:
                    raise
                except InputError as error:
                    self._refused.append(str(error))
                self._unsaved.pop(0)
            self._trouble, self._version = "", -1
            self._renew_twin()
        except InputError as error:
            self._trouble = str(error)
            return
        self._own_changes += 1

    def _tell_refused(self) -> None:
        """Say, once, that others' changes left no place for some that were kept."""
        refused, self._refused = self._refused, []
        if refused:
            raise InputError(f"{self.path} is back, but {len(refused)} changes no longer fit: {refused[0]}")
