"""`handviz cases triage` counts with other settings, and keeps what it finds when asked to."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from handviz.cli.main import main
from handviz.hypotheses.case_figures import CaseFigures
from handviz.review.cases import CaseFilter, NewCase
from handviz.review.store import Library

ERRORS = (10.0, 25.0, 35.0, 60.0)


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """Four cases with truth, whose one hypothesis is ERRORS from it, and one without prediction."""
    path = tmp_path / "hands.handviz"
    with Library.open(path, "ada") as opened:
        for number, error in enumerate(ERRORS):
            errors = [np.array([error])] * 3
            figures = CaseFigures(np.array([0.5]), *errors, spread_mm=error)
            case = NewCase(tmp_path / f"{number}.jpg", f"{number}" * 64, box=(0, 0, 9, 9), hand="left")
            opened.add_case(replace(case, prediction_key="a" * 64, figures=figures.to_json(), triage=("handled",)))
        opened.add_case(NewCase(tmp_path / "blank.jpg", "f" * 64))
    return path


def counts(capsys, *arguments: object) -> dict[str, int]:
    assert main(["cases", "triage", *map(str, arguments)]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[-1] == ["5", "cases,", "4", "with", "truth"]
    return {line[0]: int(line[1]) for line in lines[:-1]}


def test_counts_follow_settings(library, capsys):
    found = counts(capsys, library)
    assert (found["handled"], found["not_covered"], found["large_spread"], found["not_predicted"]) == (2, 2, 1, 1)
    found = counts(capsys, library, "--tolerance", 40, "--large-spread", 20)
    assert (found["handled"], found["not_covered"], found["large_spread"]) == (3, 1, 3)
    found = counts(capsys, library, "--threshold", 0.6)
    assert (found["handled"], found["lost_in_selection"]) == (0, 2)


def test_reasons_are_kept_when_asked_to_and_undo_does_not_meet_them(library, capsys):
    def not_covered() -> int:
        with Library.open(library, "ada") as opened:
            return opened.count(CaseFilter(triage="not_covered"))

    with Library.open(library, "ada") as opened:
        opened.set_verdict(1, "accept")
    counts(capsys, library)
    assert not_covered() == 0
    counts(capsys, library, "--save")
    assert not_covered() == 2
    with Library.open(library, "ada") as opened:
        assert "accept" in opened.undo()
        assert opened.case(1).verdict is None


def test_settings_that_cannot_be_are_a_sentence(library, capsys):
    assert main(["cases", "triage", str(library), "--tolerance", "-3"]) == 1
    errors = capsys.readouterr().err
    assert "tolerance_mm" in errors and errors.count("\n") == 1
