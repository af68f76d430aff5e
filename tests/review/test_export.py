"""Exported tables: every case once, whatever people wrote, nothing that a spreadsheet would run."""

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from review_cases import new_case

from handviz.errors import InputError
from handviz.review.cases import Case, Flag
from handviz.review.export import COLUMNS, case_record, csv_text, export_csv, export_json
from handviz.review.filters import CaseFilter
from handviz.review.store import Library


@given(
    note=st.text(max_size=40)
    | st.sampled_from(["=1+1", "+cmd", "-2", "@SUM(A1)", "'", "'=1", "\t=1", '"; "', "a,b\nc"]),
    name=st.text(max_size=20),
)
def test_any_note_is_one_cell_that_no_spreadsheet_runs(note, name):
    flag = Flag(1, "ab" * 16, 1, "ada", note or "x", 2, note)
    case = Case(**new_case(1, triage=(note,)).__dict__, id=1, case_uuid="cd" * 16, annotator=name)
    judged = [{"annotator": name, "verdict": "accept", "created": ""}]
    text = csv_text([case_record(case, [flag], judged, Path())])
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert list(row) == list(COLUMNS)
    for cell in (row["flags"], row["triage"], row["verdicts"], row["annotator"]):
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    if note and "\0" not in note:
        written = note.replace("\r\n", "\n").replace("\r", "\n")
        told = f"{written} (2): {written}"
        assert row["flags"] == (f"'{told}" if told.startswith(("=", "+", "-", "@", "\t")) else told)


def test_csv_holds_a_line_a_case(library, tmp_path):
    library.add_flag(2, "wrong pose", 3)
    library.set_verdict(2, "reject")
    assert export_csv(library, tmp_path / "out.csv", CaseFilter(sort="blur")) == 6
    rows = list(csv.DictReader((tmp_path / "out.csv").open(encoding="utf-8", newline="")))
    assert [row["id"] for row in rows] == ["6", "5", "4", "3", "2", "1"]
    found = rows[4]
    assert (found["flags"], found["verdicts"], found["state"]) == ("wrong pose (3)", "ada: reject", "reviewed")
    assert (found["box"], found["blur_px"], found["frame"]) == ("10 20 101 120", "1.0", "")


def test_json_holds_the_own_word_or_everybodys(library, path, tmp_path):
    library.add_flag(1, "wrong pose")
    with Library.open(path, "grace") as other:
        other.set_verdict(1, "accept")
        other.add_flag(1, "bad crop")
    exported = tmp_path / "out.json"
    for everybody, count in ((False, 1), (True, 2)):
        assert export_json(library, exported, CaseFilter(ids=(1, 2)), everybody) == 2
        document = json.loads(exported.read_text(encoding="utf-8"))
        assert (document["format"], document["version"]) == ("handviz cases", 2)
        assert len(document["cases"][0]["flags"]) == count
        assert len(document["cases"][0]["verdicts"]) == count - 1
    library.set_blind(True)
    export_json(library, exported, everybody=True)
    assert "grace" not in exported.read_text(encoding="utf-8")


def test_paths_are_told_from_the_file_where_they_lie_beneath_it(library, tmp_path):
    library.set_path(1, tmp_path / "photos" / "a.jpg")
    export_json(library, tmp_path / "out.json")
    first, second, *_ = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["cases"]
    assert first["relative_path"] == "photos/a.jpg" and second["relative_path"] == ""


def test_an_export_that_fails_leaves_the_old_file(library, tmp_path, monkeypatch):
    path = tmp_path / "out.csv"
    path.write_text("old")

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    for export in (export_csv, export_json):
        with pytest.raises(InputError, match="disk is full"):
            export(library, path)
    assert path.read_text() == "old"
