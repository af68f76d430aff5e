"""Libraries of every released version open, keep all they hold, and can be undone, merged and recovered.

tests/review/released holds one of each version, as the SQL text that makes it; a file of a new version is added when
schema.MIGRATIONS grows, and never changed.
"""

import re
import sqlite3
from pathlib import Path

import pytest

from handviz.errors import InputError
from handviz.review import schema
from handviz.review.filters import CaseFilter
from handviz.review.merging import merge
from handviz.review.recovery import recover
from handviz.review.schema import MIGRATIONS, VERSION
from handviz.review.store import Library

RELEASED = sorted((Path(__file__).parent / "released").glob("*.sql"))


@pytest.fixture(params=RELEASED, ids=lambda path: path.stem)
def released(request, tmp_path) -> Path:
    """A library as a released version left it."""
    path = tmp_path / "released.handviz"
    file = sqlite3.connect(path)
    file.executescript(request.param.read_text(encoding="utf-8"))
    file.close()
    return path


def assert_holds_everything(library: Library) -> None:
    """What was put into the released libraries is there."""
    cases = library.cases()
    assert [(case.path.name, case.frame) for case in cases] == [
        ("photo0000.jpg", None), ("photo0001.jpg", None), ("photo0002.jpg", None), ("clip.mp4", 12),
    ]  # fmt: skip
    assert cases[0].triage == ("large spread",) and cases[0].provenance == {"seed": "0"}
    assert (cases[0].blur_px, cases[0].spread_mm, cases[0].best_score, cases[0].error_mm) == (0.0, 30.0, 0.5, 12.5)
    assert cases[0].prediction_key == "a" * 64 and cases[0].figures == '{"score":[0.5,0.25]}'
    assert (cases[1].box, cases[1].hand) == ((1.0, 2.0, 30.0, 40.0), "left")
    flags = {flag.annotator: flag for flag in library._flags()}
    assert (flags["ada"].kind, flags["ada"].severity, flags["ada"].note) == (
        "wrong depth",
        3,
        "too far; “much”\nnew line",
    )
    assert (flags["ada"].hypotheses, flags["ada"].joints) == ((0, 4), (20,))
    assert flags["grace"].note == "as seen by Grace" and len(library._flags()) == 2
    judged = {(cases[0].id, "ada", "reject"), (cases[1].id, "ada", "accept"), (cases[0].id, "grace", "accept")}
    library.set_blind(False)
    assert {(case_id, word.annotator, word.verdict) for case_id, word in library.judged()} == judged


def test_there_is_a_library_of_every_version():
    assert [path.stem for path in RELEASED] == [f"version_{number}" for number in range(1, VERSION + 1)]


@pytest.mark.parametrize("path", RELEASED, ids=lambda path: path.stem)
def test_released_tables_are_never_changed(path):
    text = path.read_text(encoding="utf-8")
    version = int(re.search(r"user_version = (\d+)", text)[1])
    released, made = sqlite3.connect(":memory:"), sqlite3.connect(":memory:")
    released.executescript(text)
    for script in MIGRATIONS[:version]:
        made.executescript(script)
    listing = "SELECT name, sql FROM sqlite_master ORDER BY name"
    assert released.execute(listing).fetchall() == made.execute(listing).fetchall()
    released.close()
    made.close()


def test_it_opens_and_keeps_everything(released):
    with Library.open(released, "ada", create=False) as library:
        assert_holds_everything(library)
        assert [kind.name for kind in library.kinds()] == ["wrong depth", "odd"]
        expected = {"blurred": CaseFilter(state="new", blur_px=(1.0, 50.0), sort="blur")}
        assert library.saved_filters() == expected
    file = sqlite3.connect(released)
    assert file.execute("PRAGMA user_version").fetchone()[0] == VERSION
    assert file.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert file.execute("PRAGMA foreign_key_check").fetchall() == []
    file.close()


def test_undo_goes_back_before_the_migration(released):
    with Library.open(released, "ada", create=False) as library:
        undone = []
        while len(undone) < 20:
            try:
                sentence = library.undo()
            except InputError as error:
                sentence = str(error)
            if sentence is None:
                break
            undone.append(sentence)
        assert undone[0] == "corrected the box of photo0001.jpg"
        assert "edited the kinds of flags" in undone and "photo0000.jpg: flagged “wrong depth”" in undone
        assert "“added 4 cases” cannot be undone" in undone[-1]
        assert library.case(library.case_ids()[1]).box == (10.0, 20.0, 101.0, 120.0)
        assert len(library.kinds()) == 9 and library.flags() == [] and "ada" not in library.verdicts()


def test_it_is_merged_and_stays_as_it_was(released, tmp_path):
    before = released.read_bytes()
    with Library.open(tmp_path / "new.handviz", "ada") as library:
        merged = merge(library, released)
        assert (merged.cases, merged.flags, merged.verdicts) == (4, 2, 3)
        assert_holds_everything(library)
    assert released.read_bytes() == before


def test_it_is_recovered(released, tmp_path):
    assert recover(released, tmp_path / "new.handviz").lost == 0
    with Library.open(tmp_path / "new.handviz", "ada", create=False) as library:
        assert_holds_everything(library)


def test_a_migration_that_fails_leaves_the_file_as_it_was(released, monkeypatch):
    broken = (*MIGRATIONS, "CREATE TABLE more (id INTEGER PRIMARY KEY); INSERT INTO nowhere VALUES (1);")
    monkeypatch.setattr(schema, "MIGRATIONS", broken)
    monkeypatch.setattr(schema, "VERSION", len(broken))
    file = sqlite3.connect(released)
    before = list(file.iterdump()), file.execute("PRAGMA user_version").fetchone()
    with pytest.raises(InputError):
        Library.open(released, create=False)
    assert (list(file.iterdump()), file.execute("PRAGMA user_version").fetchone()) == before
    file.close()
