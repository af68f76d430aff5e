"""A library of cases: one SQLite file, every change committed before the call returns."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from handviz.errors import InputError
from handviz.review.cases import Case, FlagKind
from handviz.review.connections import SUFFIX, connect, in_memory, read_whole
from handviz.review.faults import StorageError
from handviz.review.filters import CaseFilter
from handviz.review.journal import UNDONE, Recorder, next_entry, step
from handviz.review.judgements import Judgements

__all__ = ["SUFFIX", "Library"]

_READ_ONLY = ("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")


@dataclass(frozen=True)
class Entry:
    """A change that was made, as people read it."""

    annotator: str
    sentence: str
    created: str
    """UTC, ISO 8601; empty for changes of the first version."""
    undone: bool


class Library(Judgements):
    """Cases, flags and verdicts of one file, as one annotator sees and changes them. Safe to call from any thread.

    Every method raises InputError, one sentence, when something cannot be done; a change that raised was not made,
    save for StorageError: the file failed, and the change is kept in memory (see Ledger).
    """

    @classmethod
    def open(cls, path: str | Path, annotator: str = "", create: bool = True) -> "Library":
        """Open a library, or make a new one. One that may not be written to is read into memory. Raises InputError."""
        path = Path(path)
        try:
            file = connect(path, create)
        except StorageError as error:
            if not path.is_file() or not error.cause.startswith(_READ_ONLY):
                raise
            library = cls(path, annotator, None, read_whole(path))
            library._trouble = str(error)
            return library
        library = cls(path, annotator, file, in_memory())
        try:
            library._renew_twin()
        except BaseException:
            library.close()
            raise
        return library

    def __enter__(self) -> "Library":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- undo --------------------------------------------------------------------------------------------------------

    def undo(self) -> str | None:
        """Undo the annotator's last change, in this run or an earlier one: what it was. Raises InputError."""
        return self._step(forward=False)

    def redo(self) -> str | None:
        """Redo what was undone last: what it was. Raises InputError."""
        return self._step(forward=True)

    def undo_sentence(self) -> str | None:
        """What undo would undo."""
        entry = self.read(lambda connection: next_entry(connection, self.annotator, False))
        return entry and entry[1]

    def redo_sentence(self) -> str | None:
        """What redo would redo."""
        entry = self.read(lambda connection: next_entry(connection, self.annotator, True))
        return entry and entry[1]

    def _step(self, forward: bool) -> str | None:
        with self._lock:
            entry = self.read(lambda connection: next_entry(connection, self.annotator, forward))
            if entry is None:
                return None
            problem = self.change(None, lambda recorder: step(recorder.connection, entry[0], forward))
            if problem is not None:
                raise InputError(problem)
            return entry[1]

    def history(self, count: int = 100) -> list[Entry]:
        """The last changes, the newest first; of the annotator alone where the library is blind."""
        sql = ("SELECT annotator, sentence, created, undone FROM journal WHERE NOT ? OR annotator = ? "
               "ORDER BY id DESC LIMIT ?")  # fmt: skip

        def act(connection: sqlite3.Connection) -> list[Entry]:
            values = (int(self._blind(connection)), self.annotator, count)
            return [Entry(str(who), str(what), str(when), undone == UNDONE)
                    for who, what, when, undone in connection.execute(sql, values)]  # fmt: skip

        return self.read(act)

    # --- lists that people edit --------------------------------------------------------------------------------------

    def kinds(self) -> list[FlagKind]:
        """The kinds of flags, in their order."""
        sql = "SELECT key, name FROM kinds ORDER BY id"
        return self.read(lambda connection: [FlagKind(str(key), str(name)) for key, name in connection.execute(sql)])

    def set_kinds(self, kinds: list[FlagKind]) -> None:
        """Replace the list of kinds; flags that were set keep their names."""
        for values in ([kind.key for kind in kinds], [kind.name for kind in kinds]):
            if len(set(values)) != len(values) or not all(value.strip() for value in values):
                raise InputError("Each kind of flag needs a key and a name of its own; correct the list.")

        def act(record: Recorder) -> None:
            listed = record.connection.execute("SELECT id, key, name FROM kinds ORDER BY id").fetchall()
            if [(row["key"], row["name"]) for row in listed] == [(kind.key, kind.name) for kind in kinds]:
                return
            for row in listed:
                record.delete("kinds", row["id"])
            for kind in kinds:
                record.insert("kinds", {"key": kind.key, "name": kind.name})

        self.change("edited the kinds of flags", act)

    def saved_filters(self) -> dict[str, CaseFilter]:
        """Saved filters by name."""
        sql = "SELECT name, content FROM filters ORDER BY name"
        found = self.read(lambda connection: [(str(name), str(content)) for name, content in connection.execute(sql)])
        return {name: CaseFilter.from_json(content) for name, content in found}

    def save_filter(self, name: str, wanted: CaseFilter | None) -> None:
        """Save a filter under a name, or with None forget that name."""
        if not name.strip():
            raise InputError("A saved filter needs a name.")

        def act(record: Recorder) -> None:
            row = record.find("filters", name=name)
            if wanted is None and row is not None:
                record.delete("filters", row["id"])
            elif wanted is not None and row is not None:
                record.update("filters", row["id"], {"content": wanted.to_json()})
            elif wanted is not None:
                record.insert("filters", {"name": name, "content": wanted.to_json()})

        self.change(f"saved the filter “{name}”" if wanted else f"forgot the filter “{name}”", act)

    # --- going on ----------------------------------------------------------------------------------------------------

    def next_matching(self, wanted: CaseFilter, after_id: int | None, backward: bool = False) -> Case | None:
        """The case after `after_id` (or before it) in a filter's order, around the end; None when none matches."""
        return self._next(self.case_ids(wanted), after_id, backward)

    def next_unreviewed(self, wanted: CaseFilter, after_id: int | None, backward: bool = False) -> Case | None:
        """The next one the annotator has neither judged nor flagged, other than `after_id`; None when all are."""
        # The case one stands on keeps its place in the order, whether reviewed or not.
        new = set(self.case_ids(CaseFilter(state="new"))) - {after_id}
        found = [case_id for case_id in self.case_ids(wanted) if case_id in new or case_id == after_id]
        return self._next(found, after_id, backward) if new.intersection(found) else None

    def _next(self, ids: list[int], after_id: int | None, backward: bool) -> Case | None:
        if not ids:
            return None
        ordered = ids[::-1] if backward else ids
        start = ordered.index(after_id) + 1 if after_id in ordered else 0
        return self.case(ordered[start % len(ordered)])
