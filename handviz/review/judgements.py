"""Flags and verdicts: what annotators say about cases."""

import json
import sqlite3
import uuid
from collections.abc import Iterable

from handviz.errors import InputError
from handviz.review import rows
from handviz.review.case_table import CaseTable, together
from handviz.review.cases import VERDICTS, Flag, Judged, Verdict, check_flag
from handviz.review.journal import Recorder, now


class Judgements(CaseTable):
    """What annotators say about the cases; each changes the own word alone."""

    def set_verdict(self, case_id: int, verdict: Verdict | None) -> None:
        """Accept, reject, unsure, or take the verdict back."""
        self.set_verdicts([case_id], verdict)

    def set_verdicts(self, case_ids: Iterable[int], verdict: Verdict | None) -> None:
        """The same for many cases, as one change."""
        if verdict is not None and verdict not in VERDICTS:
            raise InputError(f"A verdict is accept, reject or unsure, not {verdict!r}.")
        names, moment = self._names(case_ids), now()

        def act(record: Recorder) -> None:
            for name in names:
                case_id, removed = self._row(record, name)["id"], f"{name.uuid}/{self.annotator}"
                found = record.find("verdicts", case_id=case_id, annotator=self.annotator)
                if verdict is None and found is not None:
                    record.delete("verdicts", found["id"])
                    remember_removal(record, removed, moment)
                elif verdict is not None and found is None:
                    values = {"case_id": case_id, "annotator": self.annotator, "verdict": verdict, "created": moment}
                    record.insert("verdicts", values)
                elif verdict is not None and found is not None and found["verdict"] != verdict:
                    record.update("verdicts", found["id"], {"verdict": verdict, "created": moment})

        if names:
            self.change(f"{together(names)}: {verdict or 'verdict taken back'}", act)

    def verdicts(self) -> dict[str, dict[int, Verdict]]:
        """Everybody's verdicts: annotator -> case id -> verdict. A blind library tells the annotator's own alone."""
        found: dict[str, dict[int, Verdict]] = {}
        for case_id, judged in self.judged():
            found.setdefault(judged.annotator, {})[case_id] = judged.verdict
        return found

    def judged(self) -> list[tuple[int, Judged]]:
        """The same as a list of (case id, who judged how and when), by annotator."""
        sql = "SELECT * FROM verdicts WHERE NOT ? OR annotator = ? ORDER BY annotator, case_id"

        def act(connection: sqlite3.Connection) -> list[tuple[int, Judged]]:
            values = (int(self._blind(connection)), self.annotator)
            return [(row["case_id"], rows.to_judged(row)) for row in connection.execute(sql, values)]

        return self.read(act)

    def add_flag(
        self,
        case_id: int,
        kind: str,
        severity: int = 2,
        note: str = "",
        hypotheses: Iterable[int] = (),
        joints: Iterable[int] = (),
    ) -> int:
        """Flag a case, optionally the hypotheses and joints meant: the flag's id."""
        return self.add_flags([case_id], kind, severity, note, hypotheses, joints)[0]

    def add_flags(
        self,
        case_ids: Iterable[int],
        kind: str,
        severity: int = 2,
        note: str = "",
        hypotheses: Iterable[int] = (),
        joints: Iterable[int] = (),
    ) -> list[int]:
        """Flag many cases alike, as one change: the flags' ids."""
        hypotheses, joints = [int(k) for k in hypotheses], [int(j) for j in joints]
        check_flag(kind, severity, note, hypotheses, joints)
        names, moment = self._names(case_ids), now()
        values = {"annotator": self.annotator, "kind": kind, "severity": severity, "note": note,
                  "hypotheses": json.dumps(hypotheses), "joints": json.dumps(joints), "created": moment,
                  "changed": moment}  # fmt: skip
        flags = [(name, uuid.uuid4().hex) for name in names]

        def act(record: Recorder) -> list[int]:
            found = []
            for name, flag in flags:
                row = record.find("flags", uuid=flag)
                case_id = self._row(record, name)["id"]
                found.append(row["id"] if row else record.insert("flags", {"uuid": flag, "case_id": case_id, **values}))
            return found

        return self.change(f"{together(names)}: flagged “{kind}”", act) if names else []

    def change_flag(self, flag_id: int, severity: int | None = None, note: str | None = None) -> None:
        """Change severity or note of one of the annotator's own flags."""
        flag = self._own_flag(flag_id)
        severity, note = flag.severity if severity is None else severity, flag.note if note is None else note
        check_flag(flag.kind, severity, note)
        values = {"severity": severity, "note": note, "changed": now()}

        def act(record: Recorder) -> None:
            row = record.find("flags", uuid=flag.uuid)
            if row is None:
                raise InputError(f"The flag “{flag.kind}” was taken away in another window.")
            if (row["severity"], row["note"]) != (severity, note):
                record.update("flags", row["id"], values)

        self.change(f"changed the flag “{flag.kind}”", act)

    def set_flag_note(self, flag_id: int, note: str) -> None:
        """Change the note of one of the annotator's own flags."""
        self.change_flag(flag_id, note=note)

    def remove_flag(self, flag_id: int) -> None:
        """Take one of the annotator's own flags away."""
        self.remove_flags([flag_id])

    def remove_flags(self, flag_ids: Iterable[int]) -> None:
        """Take some of the annotator's own flags away, as one change."""
        flags, moment = [self._own_flag(flag_id) for flag_id in flag_ids], now()

        def act(record: Recorder) -> None:
            for flag in flags:
                row = record.find("flags", uuid=flag.uuid)
                if row is not None:
                    record.delete("flags", row["id"])
                    remember_removal(record, flag.uuid, moment)

        if flags:
            what = f"the flag “{flags[0].kind}”" if len(flags) == 1 else f"{len(flags)} flags"
            self.change(f"removed {what}", act)

    def _own_flag(self, flag_id: int) -> Flag:
        own = (flag for flag in self._flags("id = ?", (flag_id,)) if flag.annotator == self.annotator)
        flag = next(own, None)
        if flag is None:
            raise InputError(f"{self.path} has no flag {flag_id} of yours; it may have been taken away.")
        return flag

    def flags(self, case_id: int | None = None, everybody: bool = False) -> list[Flag]:
        """Flags of a case, or of all; the annotator's own, or everybody's. A blind library tells the own alone."""
        found = self._flags() if case_id is None else self._flags("case_id = ?", (case_id,))
        if everybody and not self.blind():
            return found
        return [flag for flag in found if flag.annotator == self.annotator]

    def _flags(self, clause: str = "1", values: tuple = ()) -> list[Flag]:
        sql = f"SELECT * FROM flags WHERE {clause} ORDER BY id"
        return self.read(lambda connection: [rows.to_flag(row) for row in connection.execute(sql, values)])

    def annotators(self) -> list[str]:
        """Everybody who judged or flagged a case, by name; the annotator alone where the library is blind."""
        sql = "SELECT annotator FROM verdicts UNION SELECT annotator FROM flags ORDER BY 1"
        found = self.read(lambda connection: [str(row["annotator"]) for row in connection.execute(sql)])
        return [name for name in found if name == self.annotator] if self.blind() else found

    def blind(self) -> bool:
        """Whether annotators are hidden from each other."""
        return self.read(self._blind)

    def set_blind(self, blind: bool) -> None:
        """Hide annotators from each other, for everybody who opens the file, or show them again."""

        def act(record: Recorder) -> None:
            row = record.find("settings", name="blind")
            if row is None:
                record.insert("settings", {"name": "blind", "value": str(int(blind))})
            else:
                record.update("settings", row["id"], {"value": str(int(blind))})

        self.change("hid annotators from each other" if blind else "showed annotators to each other", act)


def remember_removal(record: Recorder, name: str, moment: str) -> None:
    """Note what was taken away, so that merging an older copy does not bring it back."""
    row = record.find("removed", name=name)
    if row is None:
        record.insert("removed", {"name": name, "created": moment})
    else:
        record.update("removed", row["id"], {"created": moment})
