"""Bringing others' cases, flags and verdicts into a library, without duplicates, as one change."""

import json
from dataclasses import dataclass
from pathlib import Path

from handviz.errors import InputError
from handviz.review import rows
from handviz.review.bundle import Bundle, Record, read_json
from handviz.review.cases import Flag, Judged
from handviz.review.journal import Recorder
from handviz.review.library_contents import read_library
from handviz.review.store import Library


@dataclass(frozen=True)
class Merged:
    """What a merge brought."""

    cases: int
    flags: int
    verdicts: int

    def __str__(self) -> str:
        counts = (self.cases, "case"), (self.flags, "flag"), (self.verdicts, "verdict")
        return ", ".join(f"{number} {name}{'' if number == 1 else 's'}" for number, name in counts)


def merge(library: Library, other: str | Path) -> Merged:
    """Add what another library has and this one has not; of two states of a flag or verdict the later one stays.

    Doing it again adds nothing, and what was taken away since stays away. Raises InputError when either file cannot be
    used; then nothing is merged.
    """
    other = Path(other)
    if other.resolve() == library.path.resolve():
        raise InputError(f"{other} is the open library itself; name another one.")
    if not other.is_file():
        raise InputError(f"{other} is not there; name a library, or several.")
    return merge_bundle(library, read_library(other), f"merged {other.name}")


def import_json(library: Library, path: str | Path) -> Merged:
    """Add the cases of an exported JSON file, or of a report's folder, likewise."""
    bundle = read_json(Path(path))
    return merge_bundle(library, bundle, f"imported {bundle.name}")


def merge_bundle(library: Library, bundle: Bundle, sentence: str) -> Merged:
    """Add what was read from elsewhere, as one change. Raises InputError."""

    def act(record: Recorder) -> Merged:
        cases = flags = verdicts = 0
        for item in bundle.records:
            row = record.find("cases", uuid=item.uuid)
            if row is None:
                values = {**rows.case_values(item.case, library.path.parent), "uuid": item.uuid}
                case_id = record.insert("cases", values)
                cases += 1
            else:
                case_id = row["id"]
                _add_prediction(record, row, item)
            flags += sum(_merge_flag(record, case_id, flag) for flag in item.flags)
            verdicts += sum(_merge_verdict(record, case_id, item.uuid, judged) for judged in item.verdicts)
        for name, moment in bundle.removed.items():
            _merge_removal(record, name, moment)
        return Merged(cases, flags, verdicts)

    return library.change(sentence, act)


def _add_prediction(record: Recorder, row: dict, item: Record) -> None:
    """A case that was not predicted here takes over what the other file says."""
    values = rows.predicted_values(item.case)
    if not row["prediction_key"] and values["prediction_key"] and rows.same_box(row["box"], item.case.box):
        record.update("cases", row["id"], values)


def _merge_flag(record: Recorder, case_id: int, flag: Flag) -> bool:
    row = record.find("flags", uuid=flag.uuid)
    if row is None:
        if record.find("removed", name=flag.uuid) is not None:
            return False
        record.insert(
            "flags",
            {"uuid": flag.uuid, "case_id": case_id, "annotator": flag.annotator, "kind": flag.kind,
             "severity": flag.severity, "note": flag.note, "hypotheses": json.dumps(flag.hypotheses),
             "joints": json.dumps(flag.joints), "created": flag.created, "changed": flag.changed},
        )  # fmt: skip
        return True
    if flag.changed > row["changed"] and flag.annotator == row["annotator"]:
        values = {"severity": flag.severity, "note": flag.note, "changed": flag.changed}
        return record.update("flags", row["id"], values)
    return False


def _merge_verdict(record: Recorder, case_id: int, case_uuid: str, judged: Judged) -> bool:
    values = {"verdict": judged.verdict, "created": judged.created}
    row = record.find("verdicts", case_id=case_id, annotator=judged.annotator)
    if row is None:
        removed = record.find("removed", name=f"{case_uuid}/{judged.annotator}")
        if removed is not None and removed["created"] >= judged.created:
            return False
        record.insert("verdicts", {"case_id": case_id, "annotator": judged.annotator, **values})
        return True
    if row["created"] >= judged.created or row["verdict"] == judged.verdict:
        return False
    return record.update("verdicts", row["id"], values)


def _merge_removal(record: Recorder, name: str, moment: str) -> None:
    """Take away here what its annotator took away in the other file."""
    own = record.find("removed", name=name)
    if own is None:
        record.insert("removed", {"name": name, "created": moment})
    elif own["created"] < moment:
        record.update("removed", own["id"], {"created": moment})
    case_uuid, slash, annotator = name.partition("/")
    if not slash:
        flag = record.find("flags", uuid=name)
        if flag is not None and flag["changed"] <= moment:
            record.delete("flags", flag["id"])
        return
    case = record.find("cases", uuid=case_uuid)
    verdict = case and record.find("verdicts", case_id=case["id"], annotator=annotator)
    if verdict and verdict["created"] <= moment:
        record.delete("verdicts", verdict["id"])
