"""`handviz cases`: everything that can be done with a library, on the command line."""

import csv
import json
import sqlite3

import pytest
from PIL import Image

from handviz.cli import main as cli
from handviz.files import sha256
from handviz.review import Library, NewCase
from handviz.review import connections as library_connections


@pytest.fixture
def path(tmp_path, monkeypatch):
    """A library of four cases, the first with a photo."""
    monkeypatch.setenv("HANDVIZ_ANNOTATOR", "ada")
    monkeypatch.setenv("HANDVIZ_CACHE", str(tmp_path / "cache"))
    photo = tmp_path / "photos" / "hand0.png"
    photo.parent.mkdir()
    Image.new("RGB", (64, 48), "teal").save(photo)
    with Library.open(tmp_path / "hands.handviz", "batch") as library:
        for number in range(4):
            sha = sha256(photo) if number == 0 else f"{number:064x}"
            library.add_case(
                NewCase(photo.with_name(f"hand{number}.png"), sha, box=(5, 5, 20, 20), hand="left",
                        blur_px=10.0 * number, best_score=0.2 * number,
                        triage=("large_spread",) if number % 2 else (), photo_bytes=photo.stat().st_size)
            )  # fmt: skip
    return tmp_path / "hands.handviz"


@pytest.fixture
def run(path, capsys):
    """Run `handviz cases COMMAND LIBRARY ...`: what it printed; it must succeed."""

    def run(command: str, *arguments, status: int = 0, library=path) -> str:
        code = cli.main(["cases", command, str(library), *map(str, arguments)])
        printed = capsys.readouterr()
        assert code == status, printed.err
        return printed.out if status == 0 or printed.out else printed.err

    return run


def test_listing_and_filtering(run):
    assert "4 cases" in run("list") and "hand3.png" in run("list")
    assert run("list", "--ids", "--sort", "blur").split() == ["4", "3", "2", "1"]
    assert run("list", "--ids", "--triage", "large_spread").split() == ["2", "4"]
    assert run("list", "--ids", "--blur", "5:25", "--score", ":0.3").split() == ["2"]
    assert run("list", "--ids", "--limit", "2", "--reverse").split() == ["4", "3"]
    assert "2 of 4 cases" in run("list", "--triage", "large_spread")
    assert [case["id"] for case in json.loads(run("list", "--json", "--text", "hand2"))] == [3]


def test_flagging_judging_and_undoing(run, path):
    assert "flag 1, 2" in run("flag", 1, 2, "--kind", "Wrong Depth", "--severity", 3, "--joints", "index_tip,0")
    run("flag", 1, "--kind", "9", "--note", "or is it?", "--hypotheses", "0,3")
    run("verdict", "reject", 1, 2)
    run("verdict", "none", 2)
    run("box", 3, 1, 2, 30, 40, "--hand", "right")
    shown = run("show", 1)
    assert "wrong depth, severity 3" in shown and "or is it?" in shown and "verdict of ada: reject" in shown
    assert "not there" in run("show", 2) and "not there" not in shown
    with Library.open(path, "ada") as library:
        assert library.case(3).box == (1, 2, 30, 40) and library.flags()[0].joints == (8, 0)
    assert "corrected the box" in run("undo")
    assert "redone: corrected the box" in run("redo")
    assert run("history", "--limit", 1).rstrip().endswith("corrected the box of hand2.png")
    assert run("undo", "--times", 99).endswith("nothing to undo for ada\n")
    assert run("list", "--ids", "--state", "reviewed").strip() == ""
    assert run("history").count("undone") == 5 and "added hand0.png" in run("history")
    run("redo", "--times", 2)
    run("unflag", 1)
    run("remove", 4)
    assert "1 of 3 cases" in run("list", "--kind", "wrong depth")


def test_another_annotator_and_agreement(run, monkeypatch):
    run("verdict", "reject", 1, 2, 3)
    run("verdict", "accept", 1, "--annotator", "grace")
    run("verdict", "reject", 2, "--annotator", "grace")
    run("flag", 3, "--kind", "bad crop", "--annotator", "grace")
    shown = run("agreement")
    assert "50%" in shown and "2 cases seen differently" in shown and "grace: bad crop" in shown
    found = json.loads(run("agreement", "--json"))
    assert found["verdicts"][0]["disagreements"] == [1] and len(found["disagreements"]) == 2
    counts = json.loads(run("stats", "--json"))
    assert counts["verdicts by annotator"] == {"ada": 3, "grace": 2} and counts["medians"]["blur_px"] == 15.0
    assert "large_spread" in run("stats")
    assert run("list", "--ids", "--disagreement").split() == ["1"]
    assert run("list", "--ids", "--by", "grace", "--verdict", "reject").split() == ["2"]
    assert "hidden" in run("blind", "on") and "hidden" in run("agreement")
    assert json.loads(run("stats", "--json"))["verdicts by annotator"] == {"ada": 3}
    assert "see each other" in run("blind", "off")


def test_kinds_and_saved_filters(run):
    assert "wrong motion direction" in run("kinds")
    assert run("kinds", "--set", "1=blurred", "x=cut off") == "1  blurred\nx  cut off\n"
    assert "is no kind of flag" in run("kinds", "--set", "blurred", status=1)
    assert '"triage": "large_spread"' in run("filters", "--save", "spread", "--triage", "large_spread")
    assert run("list", "--ids", "--saved", "spread", "--blur", "20:").split() == ["4"]
    assert "those of" in run("list", "--saved", "none", status=1)
    assert run("filters", "--forget", "spread") == ""
    assert "no saved filter" in run("filters", "--forget", "spread", status=1)


def test_exporting_importing_and_merging(run, tmp_path):
    run("flag", 1, "--kind", "1", "--note", "=HYPERLINK(1)")
    run("verdict", "accept", 1, "--annotator", "grace")
    assert "4 cases in" in run("export", tmp_path / "out.csv")
    rows = list(csv.DictReader((tmp_path / "out.csv").open(encoding="utf-8")))
    assert len(rows) == 4 and rows[0]["flags"] == "wrong pose (2): =HYPERLINK(1)" and rows[0]["verdicts"] == ""
    run("export", tmp_path / "out.json", "--everybody")
    report = run("export", tmp_path / "report", "--everybody")
    assert "3 of them without picture" in report and (tmp_path / "report" / "pictures" / "case000001.jpg").is_file()
    assert "exists already" in run("export", tmp_path / "report", status=1)
    for number, source in enumerate(("out.json", "report")):
        target = tmp_path / f"target{number}.handviz"
        assert "4 cases, 1 flag, 1 verdict added" in run("import", tmp_path / source, library=target)
        assert "0 cases, 0 flags, 0 verdicts added" in run("merge", tmp_path / "hands.handviz", library=target)


def test_finding_moved_photos(run, tmp_path):
    moved = tmp_path / "elsewhere" / "deep"
    moved.parent.mkdir()
    (tmp_path / "photos").rename(moved)
    assert "1 cases found again, 3 still missing" in run("find", tmp_path / "elsewhere", status=1)
    assert str(moved / "hand0.png") in run("show", 1)
    assert "is no folder" in run("find", tmp_path / "nowhere", status=1)


def test_recovering(run, tmp_path):
    assert "4 cases, 0 flags, 0 verdicts saved" in run("recover", tmp_path / "new.handviz")
    assert "4 cases" in run("list", library=tmp_path / "new.handviz")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("list", "--blur", "5"), "is no range"),
        (("list", "--blur", "9:1"), "is no range"),
        (("list", "--sort", "colour"), "cannot be sorted"),
        (("show", 99), "no case 99"),
        (("flag", 1, "--kind", "odd"), "There is no kind odd"),
        (("flag", 1, "--kind", "1", "--joints", "elbow"), "There is no joint elbow"),
        (("flag", 1, "--kind", "1", "--hypotheses", "x"), "are no numbers"),
        (("flag", 99, "--kind", "1"), "lacks 1 of these cases"),
        (("unflag", 7), "no flag 7 of yours"),
        (("import", "none.json"), "does not exist"),
        (("merge", "none.handviz"), "is not there"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(run, arguments, words):
    said = run(*arguments, status=1)
    assert words in said and said.count("\n") == 1 and said.startswith("handviz: ")


def test_a_library_that_is_not_there(run, tmp_path):
    assert "is not there" in run("list", library=tmp_path / "none.handviz", status=1)


def test_a_locked_library_is_not_changed_and_says_so(run, path, monkeypatch):
    monkeypatch.setattr(library_connections, "LOCK_SECONDS", 0.05)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    assert "holds it locked" in run("verdict", "accept", 1, status=1)
    said = run("verdict", "accept", 1, status=1)
    assert "nothing was changed" in said and "memory" not in said
    holder.close()
    assert run("list", "--ids", "--state", "reviewed").strip() == ""


def test_text_of_others_cannot_steer_the_terminal(run, path):
    with Library.open(path, "ada") as library:
        library.add_flag(1, "wrong pose", note="\x1b]0;title\x07\x1b[2J\u202e")
    shown = run("show", 1)
    assert not {"\x1b", "\x07", "\u202e"} & set(shown)
