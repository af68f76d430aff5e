"""A library of cases: one SQLite file, every change committed before the call returns."""

import json
import sqlite3
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from handviz.errors import InputError
from handviz.review import rows
from handviz.review.cases import (
    DEFAULT_KINDS,
    VERDICTS,
    Case,
    CaseFilter,
    Flag,
    FlagKind,
    NewCase,
    Verdict,
    check_box,
    check_flag,
)
from handviz.review.faults import as_sentence
from handviz.review.journal import Recorder, step
from handviz.review.schema import prepare

SUFFIX = ".handviz"
LOCK_SECONDS = 5.0


class Library:
    """Cases, flags and verdicts of one file, as one annotator sees and changes them. Safe to call from any thread.

    Every method raises InputError, one sentence, when the file cannot be read or written; a change that raised was
    not made.
    """

    def __init__(self, path: Path, annotator: str, connection: sqlite3.Connection) -> None:
        self.path, self.annotator = path, annotator
        self._connection = connection
        self._lock = threading.RLock()
        self._own_changes = 0

    @classmethod
    def open(cls, path: str | Path, annotator: str = "", create: bool = True) -> "Library":
        """Open a library, or make a new one. Raises InputError."""
        path = Path(path)
        if not create and not path.is_file():
            raise InputError(f"{path} is not there; name a library, a file ending in {SUFFIX}.")
        with as_sentence(path):
            connection = sqlite3.connect(path, timeout=LOCK_SECONDS, isolation_level=None, check_same_thread=False)
            try:
                connection.row_factory = sqlite3.Row
                # A file from outside is untrusted: none of its functions run, damaged cells are noticed.
                connection.execute("PRAGMA trusted_schema = OFF")
                connection.execute("PRAGMA cell_size_check = ON")
                connection.execute("PRAGMA foreign_keys = ON")
                new = prepare(connection, path)
                connection.execute("PRAGMA journal_mode = WAL")
                # FULL: a confirmed change survives a power cut, not only a crash.
                connection.execute("PRAGMA synchronous = FULL")
                if new:
                    connection.executemany(
                        "INSERT OR IGNORE INTO kinds (key, name) VALUES (?, ?)",
                        [(kind.key, kind.name) for kind in DEFAULT_KINDS],
                    )
            except BaseException:
                connection.close()
                raise
        return cls(path, annotator, connection)

    def close(self) -> None:
        """Close the file; safe to call twice."""
        with self._lock:
            self._connection.close()

    def __enter__(self) -> "Library":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The connection, errors turned into sentences."""
        with self._lock, as_sentence(self.path):
            try:
                yield self._connection
            except (ValueError, TypeError, KeyError) as error:
                raise InputError(f"{self.path}: a row of it cannot be read ({error}); it is damaged.") from error

    @contextmanager
    def changing(self, sentence: str) -> Iterator[Recorder]:
        """A transaction that is entered into the journal under `sentence`, all of it or nothing."""
        with self._lock, as_sentence(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                recorder = Recorder(self._connection)
                yield recorder
                changed = recorder.commit_entry(self.annotator, sentence)
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
            self._own_changes += changed

    # --- cases -------------------------------------------------------------------------------------------------------

    def add_case(self, case: NewCase) -> int:
        """Add a case, or find the same hand of the same picture again: its id."""
        return self.add_cases([case])[0]

    def add_cases(self, cases: list[NewCase]) -> list[int]:
        """Add many at once, as one change: their ids."""
        found = []
        with self.changing(f"added {len(cases)} cases" if len(cases) != 1 else f"added {cases[0].path.name}") as record:
            for case in cases:
                row = record.connection.execute("SELECT id FROM cases WHERE uuid = ?", (case.uuid,)).fetchone()
                found.append(record.insert("cases", rows.case_values(case)) if row is None else int(row["id"]))
        return found

    def cases(self, wanted: CaseFilter | None = None) -> list[Case]:
        """The cases a filter lets through, in its order."""
        with self.reading() as connection:
            sql, values = rows.query(wanted or CaseFilter(), self.annotator)
            return [rows.to_case(row, self.annotator) for row in connection.execute(sql, values)]

    def case(self, case_id: int) -> Case:
        """One case. Raises InputError when there is none."""
        with self.reading() as connection:
            sql = f"{rows.SELECT} WHERE cases.id = :id"
            row = connection.execute(sql, {"annotator": self.annotator, "id": case_id}).fetchone()
            if row is None:
                raise InputError(f"{self.path} has no case {case_id}; it may have been taken away in another window.")
            return rows.to_case(row, self.annotator)

    def count(self, wanted: CaseFilter | None = None) -> int:
        """How many cases a filter lets through."""
        with self.reading() as connection:
            sql, values = rows.query(wanted or CaseFilter(), self.annotator)
            return int(connection.execute(f"SELECT count(*) FROM ({sql})", values).fetchone()[0])

    def remove_case(self, case_id: int) -> None:
        """Take a case away, with everybody's flags and verdicts; undo brings all of it back."""
        case = self.case(case_id)
        with self.changing(f"removed {case.path.name}") as record:
            for table in ("flags", "verdicts"):
                for row in record.connection.execute(
                    f"SELECT id FROM {table} WHERE case_id = ?", (case_id,)
                ).fetchall():
                    record.delete(table, row["id"])
            record.delete("cases", case_id)

    def set_prediction(self, case_id: int, case: NewCase) -> None:
        """Take over what a new prediction says: key, figures, triage, provenance."""
        values = rows.case_values(case)
        names = ("prediction_key", "blur_px", "spread_mm", "best_score", "error_mm", "triage", "figures", "provenance")
        with self.changing(f"predicted {case.path.name}") as record:
            record.update("cases", case_id, {name: values[name] for name in names})

    def set_box(self, case_id: int, box: tuple[float, float, float, float] | None, hand: str | None) -> None:
        """Correct box and side; the prediction of before no longer belongs to the case."""
        check_box(box)
        if hand not in (None, "left", "right"):
            raise InputError(f"The hand of a case is left or right, not {hand!r}; correct it.")
        values = {"box": rows.box_text(box), "hand": hand, "prediction_key": ""}
        with self.changing(f"corrected the box of {self.case(case_id).path.name}") as record:
            record.update("cases", case_id, values)

    def set_path(self, case_id: int, path: Path) -> None:
        """Where the picture was found again."""
        with self.changing(f"found {path.name} again") as record:
            record.update("cases", case_id, {"path": str(path)})

    # --- judging -----------------------------------------------------------------------------------------------------

    def set_verdict(self, case_id: int, verdict: Verdict | None) -> None:
        """Accept, reject, unsure, or take the verdict back."""
        if verdict is not None and verdict not in VERDICTS:
            raise InputError(f"A verdict is accept, reject or unsure, not {verdict!r}.")
        name = self.case(case_id).path.name
        sentence = f"{name}: {verdict}" if verdict else f"{name}: verdict taken back"
        with self.changing(sentence) as record:
            found = record.connection.execute(
                "SELECT id FROM verdicts WHERE case_id = ? AND annotator = ?", (case_id, self.annotator)
            ).fetchone()
            if verdict is None and found is not None:
                record.delete("verdicts", found["id"])
            elif verdict is not None and found is not None:
                record.update("verdicts", found["id"], {"verdict": verdict, "created": rows.now()})
            elif verdict is not None:
                values = {"case_id": case_id, "annotator": self.annotator, "verdict": verdict, "created": rows.now()}
                record.insert("verdicts", values)

    def add_flag(
        self,
        case_id: int,
        kind: str,
        severity: int = 2,
        note: str = "",
        hypotheses: tuple[int, ...] = (),
        joints: tuple[int, ...] = (),
    ) -> int:
        """Flag a case, optionally the hypotheses and joints meant: the flag's id."""
        check_flag(kind, severity, note)
        with self.changing(f"{self.case(case_id).path.name}: flagged “{kind}”") as record:
            return record.insert(
                "flags",
                {"uuid": uuid.uuid4().hex, "case_id": case_id, "annotator": self.annotator, "kind": kind,
                 "severity": severity, "note": note, "hypotheses": json.dumps([int(k) for k in hypotheses]),
                 "joints": json.dumps([int(j) for j in joints]), "created": rows.now()},
            )  # fmt: skip

    def change_flag(self, flag_id: int, severity: int | None = None, note: str | None = None) -> None:
        """Change severity or note of one of the annotator's own flags."""
        flag = self._own_flag(flag_id)
        severity, note = flag.severity if severity is None else severity, flag.note if note is None else note
        check_flag(flag.kind, severity, note)
        with self.changing(f"changed the flag “{flag.kind}”") as record:
            record.update("flags", flag_id, {"severity": severity, "note": note})

    def set_flag_note(self, flag_id: int, note: str) -> None:
        """Change the note of one of the annotator's own flags."""
        self.change_flag(flag_id, note=note)

    def remove_flag(self, flag_id: int) -> None:
        """Take one of the annotator's own flags away."""
        flag = self._own_flag(flag_id)
        with self.changing(f"removed the flag “{flag.kind}”") as record:
            record.delete("flags", flag_id)

    def _own_flag(self, flag_id: int) -> Flag:
        with self.reading() as connection:
            row = connection.execute(
                "SELECT * FROM flags WHERE id = ? AND annotator = ?", (flag_id, self.annotator)
            ).fetchone()
            if row is None:
                raise InputError(f"{self.path} has no flag {flag_id} of yours; it may have been taken away.")
            return rows.to_flag(row)

    def flags(self, case_id: int | None = None, everybody: bool = False) -> list[Flag]:
        """Flags of a case, or of all; the annotator's own, or everybody's. Blind judging asks for its own alone."""
        clauses, values = [], []
        for clause, value, asked in (
            ("case_id = ?", case_id, case_id is not None),
            ("annotator = ?", self.annotator, not everybody),
        ):
            if asked:
                clauses.append(clause)
                values.append(value)
        where = f" WHERE {' AND '.join(clauses)}" if clauses else ""
        with self.reading() as connection:
            return [rows.to_flag(row) for row in connection.execute(f"SELECT * FROM flags{where} ORDER BY id", values)]

    def verdicts(self) -> dict[str, dict[int, Verdict]]:
        """Everybody's verdicts: annotator -> case id -> verdict."""
        found: dict[str, dict[int, Verdict]] = {}
        with self.reading() as connection:
            for row in connection.execute(
                "SELECT annotator, case_id, verdict FROM verdicts ORDER BY annotator, case_id"
            ):
                found.setdefault(row["annotator"], {})[row["case_id"]] = row["verdict"]
        return found

    # --- lists that people edit --------------------------------------------------------------------------------------

    def kinds(self) -> list[FlagKind]:
        """The kinds of flags, in the order of their keys."""
        with self.reading() as connection:
            return [FlagKind(row["key"], row["name"]) for row in connection.execute("SELECT * FROM kinds ORDER BY id")]

    def set_kinds(self, kinds: list[FlagKind]) -> None:
        """Replace the list of kinds; flags that were set keep their names."""
        for values in ([kind.key for kind in kinds], [kind.name for kind in kinds]):
            if len(set(values)) != len(values) or not all(value.strip() for value in values):
                raise InputError("Each kind of flag needs a key and a name of its own; correct the list.")
        with self.changing("edited the kinds of flags") as record:
            for row in record.connection.execute("SELECT id FROM kinds").fetchall():
                record.delete("kinds", row["id"])
            for kind in kinds:
                record.insert("kinds", {"key": kind.key, "name": kind.name})

    def saved_filters(self) -> dict[str, CaseFilter]:
        """Saved filters by name."""
        with self.reading() as connection:
            found = connection.execute("SELECT name, content FROM filters ORDER BY name").fetchall()
        return {row["name"]: CaseFilter.from_json(row["content"]) for row in found}

    def save_filter(self, name: str, wanted: CaseFilter | None) -> None:
        """Save a filter under a name, or with None forget that name."""
        if not name.strip():
            raise InputError("A saved filter needs a name.")
        with self.changing(f"saved the filter “{name}”" if wanted else f"forgot the filter “{name}”") as record:
            row = record.connection.execute("SELECT id FROM filters WHERE name = ?", (name,)).fetchone()
            if wanted is None and row is not None:
                record.delete("filters", row["id"])
            elif wanted is not None and row is not None:
                record.update("filters", row["id"], {"content": wanted.to_json()})
            elif wanted is not None:
                record.insert("filters", {"name": name, "content": wanted.to_json()})

    # --- going on ----------------------------------------------------------------------------------------------------

    def next_matching(self, wanted: CaseFilter, after_id: int | None) -> Case | None:
        """The case after `after_id` in a filter's order, from the start again at its end; None when none matches."""
        return _after(self.cases(wanted), after_id)

    def next_unreviewed(self, wanted: CaseFilter, after_id: int | None) -> Case | None:
        """The next one the annotator has not judged; `after_id` itself counts as judged."""
        found = [case for case in self.cases(wanted) if case.state == "new" or case.id == after_id]
        case = _after(found, after_id)
        return None if case is None or case.state != "new" or case.id == after_id else case

    def undo(self) -> str | None:
        """Undo the annotator's last change, in this run or an earlier one: what it was. Raises InputError."""
        return self._step(forward=False)

    def redo(self) -> str | None:
        """Redo what was undone last: what it was. Raises InputError."""
        return self._step(forward=True)

    def _step(self, forward: bool) -> str | None:
        with self._lock, as_sentence(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                sentence = step(self._connection, self.annotator, forward)
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
            self._own_changes += sentence is not None
        return sentence

    def change_stamp(self) -> int:
        """Another number after every change, from here or from another window."""
        with self.reading() as connection:
            return int(connection.execute("PRAGMA data_version").fetchone()[0]) * 1_000_000 + self._own_changes

    def save_copy(self, path: Path) -> None:
        """Write all that is readable to another file, for when this one cannot be written to any more."""
        with self._lock, as_sentence(path):
            target = sqlite3.connect(path)
            try:
                self._connection.backup(target)
            finally:
                target.close()


def _after(cases: list[Case], after_id: int | None) -> Case | None:
    if not cases:
        return None
    places = [case.id for case in cases]
    start = places.index(after_id) + 1 if after_id in places else 0
    return cases[start % len(cases)]
