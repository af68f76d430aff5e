"""The cases of a library: adding, finding, correcting, removing."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from handviz.errors import InputError
from handviz.review import rows
from handviz.review.cases import Case, NewCase, check_box, check_hand
from handviz.review.filters import CaseFilter
from handviz.review.journal import Recorder
from handviz.review.ledger import Ledger


@dataclass(frozen=True)
class CaseName:
    """How a case is named to people and in files."""

    uuid: str
    name: str
    """Of the photo, without folders."""


class CaseTable(Ledger):
    """A ledger's cases, as one annotator sees them."""

    def add_case(self, case: NewCase) -> int:
        """Add a case, or find the same hand of the same picture again: its id."""
        return self.add_cases([case])[0]

    def add_cases(self, cases: Sequence[NewCase]) -> list[int]:
        """Add many at once, as one change: their ids. Those that are there already stay as they are."""
        if not cases:
            return []

        def act(record: Recorder) -> list[int]:
            found = []
            for case in cases:
                row = record.find("cases", uuid=case.uuid)
                found.append(row["id"] if row else record.insert("cases", rows.case_values(case, self.path.parent)))
            return found

        return self.change(f"added {cases[0].path.name if len(cases) == 1 else f'{len(cases)} cases'}", act)

    def cases(self, wanted: CaseFilter | None = None) -> list[Case]:
        """The cases a filter lets through, in its order."""

        def act(connection: sqlite3.Connection) -> list[Case]:
            sql, values = rows.query(wanted or CaseFilter(), self.annotator, self._blind(connection))
            return [rows.to_case(row, self.annotator) for row in connection.execute(sql, values)]

        return self.read(act)

    def case_ids(self, wanted: CaseFilter | None = None) -> list[int]:
        """Ids of the same, in the same order: cheaper, for going on and for lists that read what they show."""

        def act(connection: sqlite3.Connection) -> list[int]:
            sql, values = rows.query(wanted or CaseFilter(), self.annotator, self._blind(connection), ids_alone=True)
            return [row["id"] for row in connection.execute(sql, values)]

        return self.read(act)

    def case(self, case_id: int) -> Case:
        """One case. Raises InputError when there is none."""

        def act(connection: sqlite3.Connection) -> sqlite3.Row | None:
            values = {"annotator": self.annotator, "blind": int(self._blind(connection)), "id": case_id}
            return connection.execute(f"{rows.SELECT} WHERE cases.id = :id", values).fetchone()

        row = self.read(act)
        if row is None:
            raise InputError(f"{self.path} has no case {case_id}; it may have been taken away in another window.")
        return self.read(lambda _: rows.to_case(row, self.annotator))

    def count(self, wanted: CaseFilter | None = None) -> int:
        """How many cases a filter lets through."""
        return len(self.case_ids(wanted))

    def remove_case(self, case_id: int) -> None:
        """Take a case away, with everybody's flags and verdicts; undo brings all of it back."""
        self.remove_cases([case_id])

    def remove_cases(self, case_ids: Iterable[int]) -> None:
        """Take cases away, as one change."""
        names = self._names(case_ids)

        def act(record: Recorder) -> None:
            for case in names:
                row = record.find("cases", uuid=case.uuid)
                if row is not None:
                    for table in ("flags", "verdicts"):
                        sql = f"SELECT id FROM {table} WHERE case_id = ?"
                        for found in record.connection.execute(sql, (row["id"],)).fetchall():
                            record.delete(table, found["id"])
                    record.delete("cases", row["id"])

        if names:
            self.change(f"removed {together(names)}", act)

    def set_prediction(self, case_id: int, case: NewCase) -> None:
        """Take over what a prediction says: key, figures, triage, provenance, and the box and side it found.

        This is not a step of undo: predictions can be made again. One that was made for another box or side than the
        case has now is let go.
        """
        (name,) = self._names([case_id])

        def act(record: Recorder) -> None:
            row = self._row(record, name)
            if rows.same_box(row["box"], case.box) and row["hand"] in (None, case.hand):
                found = {"box": row["box"] or rows.box_text(case.box), "hand": case.hand}
                record.update("cases", row["id"], rows.predicted_values(case) | found)

        self.change(None, act)

    def set_triage(self, triage: Mapping[int, tuple[str, ...]]) -> None:
        """Other reasons by case, told anew with other settings; cases that are gone are passed over. Not a step of
        undo."""
        texts = {case_id: json.dumps(names) for case_id, names in triage.items()}

        def act(record: Recorder) -> None:
            for case_id, text in texts.items():
                record.update("cases", case_id, {"triage": text})

        self.change(None, act)

    def set_box(self, case_id: int, box: tuple[float, float, float, float] | None, hand: str | None) -> None:
        """Correct box and side; what the prediction of before said no longer belongs to the case."""
        check_box(box)
        check_hand(hand)
        (name,) = self._names([case_id])
        values = {"box": rows.box_text(box), "hand": hand, **rows.FORGOTTEN}

        def act(record: Recorder) -> None:
            row = self._row(record, name)
            if (row["box"], row["hand"]) != (values["box"], hand):
                record.update("cases", row["id"], values)

        self.change(f"corrected the box of {name.name}", act)

    def set_path(self, case_ids: int | Iterable[int], path: Path) -> None:
        """Where the picture was found again; not a step of undo."""
        names = self._names([case_ids] if isinstance(case_ids, int) else case_ids)

        def act(record: Recorder) -> None:
            for name in names:
                record.update("cases", self._row(record, name)["id"], rows.path_values(path, self.path.parent))

        self.change(None, act)

    def set_truth(self, case_id: int, truth: str | Path) -> None:
        """Which file holds the ground truth; empty for none."""
        (name,) = self._names([case_id])
        self.change(
            f"set the truth of {name.name}",
            lambda record: record.update("cases", self._row(record, name)["id"], {"truth": str(truth)}),
        )

    def _names(self, case_ids: Iterable[int]) -> list[CaseName]:
        """Names that hold in the file and in its twin. Raises InputError for a case that is not there."""
        wanted = list(dict.fromkeys(case_ids))

        def act(connection: sqlite3.Connection) -> list[CaseName]:
            found = []
            for case_id in wanted:
                row = connection.execute("SELECT uuid, path FROM cases WHERE id = ?", (case_id,)).fetchone()
                if row is not None:
                    found.append(CaseName(row["uuid"], Path(row["path"]).name))
            return found

        names = self.read(act)
        if len(names) != len(wanted):
            raise InputError(f"{self.path} lacks {len(wanted) - len(names)} of these cases; they may have been taken "
                             "away in another window.")  # fmt: skip
        return names

    def _row(self, record: Recorder, name: CaseName) -> dict:
        row = record.find("cases", uuid=name.uuid)
        if row is None:
            raise InputError(f"{name.name} was taken away in another window.")
        return row

    def _blind(self, connection: sqlite3.Connection) -> bool:
        row = connection.execute("SELECT value FROM settings WHERE name = 'blind'").fetchone()
        return row is not None and row["value"] == "1"


def together(names: list[CaseName]) -> str:
    """Cases as they are named in a sentence."""
    return names[0].name if len(names) == 1 else f"{len(names)} cases"
