"""Cases, flags and verdicts of one library, as one annotator sees them."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from review_cases import new_case

from handviz.errors import InputError
from handviz.review.cases import FlagKind
from handviz.review.filters import CaseFilter
from handviz.review.store import Library


def test_a_case_comes_back_as_it_was_added(path):
    case = new_case(3, figures='{"score":[0.5]}', truth="truth.npz", frame=12)
    with Library.open(path, "ada") as library:
        case_id = library.add_case(case)
    with Library.open(path, "ada") as library:
        found = library.case(case_id)
    assert {name: getattr(found, name) for name in case.__dict__} == case.__dict__
    assert found.case_uuid == case.uuid
    assert found.state == "new" and found.verdict is None and found.annotators == ()


def test_the_same_hand_of_the_same_picture_is_one_case(library):
    assert library.add_case(new_case(2, path=Path("/elsewhere/copy.jpg"))) == library.case_ids()[2]
    assert library.count() == 6
    assert library.add_case(new_case(2, hand="left")) not in library.case_ids()[:6]


def test_unknown_figures_are_none():
    assert new_case(blur_px=float("nan"), error_mm=np.inf).blur_px is None


@pytest.mark.parametrize("box", [(0, 0, 0, 5), (0, 0, float("nan"), 5), (0, 0, 1e9, 5), (1, 2, 3)])
def test_impossible_boxes_are_refused(library, box):
    with pytest.raises(InputError, match="no box"):
        new_case(box=box)
    with pytest.raises(InputError, match="no box"):
        library.set_box(1, box, "left")


def test_flags_and_verdicts_make_a_case_reviewed(library):
    first, second, *_ = library.case_ids()
    flag = library.add_flag(first, "wrong depth", 3, "too far", hypotheses=[0, 4], joints=(20,))
    library.set_verdict(second, "reject")
    case = library.case(first)
    assert (case.state, case.flags_count, case.kinds, case.annotators) == ("reviewed", 1, ("wrong depth",), ("ada",))
    assert library.case(second).verdict == "reject"
    (found,) = library.flags(first)
    assert (found.id, found.severity, found.note, found.hypotheses, found.joints) == (flag, 3, "too far", (0, 4), (20,))
    library.change_flag(flag, severity=1)
    library.set_flag_note(flag, "near")
    assert (library.flags()[0].severity, library.flags()[0].note) == (1, "near")
    library.set_verdict(second, None)
    library.remove_flag(flag)
    assert [case.state for case in library.cases()] == ["new"] * 6


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"kind": " "}, "needs a kind"),
        ({"severity": 4}, "1, 2 or 3"),
        ({"note": "x" * 10_001}, "at most"),
        ({"joints": (21,)}, "joints 0 to 20"),
        ({"hypotheses": (-1,)}, "hypotheses"),
    ],
)
def test_impossible_flags_are_refused(library, values, words):
    with pytest.raises(InputError, match=words):
        library.add_flag(1, **{"kind": "wrong depth"} | values)
    assert library.flags() == []


def test_many_at_once_are_one_change(library):
    ids = library.case_ids()
    library.set_verdicts(ids[:4], "accept")
    library.add_flags(ids[1:3], "bad crop", note="cut off")
    assert [case.verdict for case in library.cases()] == ["accept"] * 4 + [None] * 2
    assert library.undo() == "2 cases: flagged “bad crop”"
    assert library.flags() == []
    assert library.undo() == "4 cases: accept"
    assert {case.verdict for case in library.cases()} == {None}


def test_what_is_gone_is_one_sentence(library):
    for act in (
        library.case,
        library.remove_case,
        lambda case: library.set_verdict(case, "accept"),
        lambda case: library.add_flag(case, "bad crop"),
        lambda case: library.set_box(case, None, None),
    ):
        with pytest.raises(InputError, match="taken away in another window"):
            act(999)
    with pytest.raises(InputError, match="no flag 5 of yours"):
        library.remove_flag(5)


def test_correcting_the_box_forgets_the_prediction_and_late_ones_do_not_come_back(library):
    case_id = library.case_ids()[0]
    library.set_prediction(case_id, new_case(0, prediction_key="a" * 64))
    library.set_box(case_id, (1, 2, 30, 40), "left")
    case = library.case(case_id)
    assert (case.prediction_key, case.blur_px, case.triage, case.provenance) == ("", None, (), {})
    library.set_prediction(case_id, new_case(0, prediction_key="b" * 64))
    assert library.case(case_id).prediction_key == ""
    library.set_prediction(case_id, replace(new_case(0, prediction_key="c" * 64), box=case.box, hand="left"))
    assert library.case(case_id).prediction_key == "c" * 64
    assert library.undo() == "corrected the box of photo0000.jpg"
    case = library.case(case_id)
    assert (case.box, case.hand, case.prediction_key) == ((10, 20, 100, 120), "right", "a" * 64)


def test_a_prediction_fills_in_the_box_it_found(library):
    case_id = library.add_case(new_case(50, box=None, hand=None))
    library.set_prediction(case_id, new_case(50, prediction_key="a" * 64))
    case = library.case(case_id)
    assert (case.box, case.hand, case.prediction_key) == ((10, 20, 101, 120), "right", "a" * 64)
    assert case.case_uuid == new_case(50, box=None, hand=None).uuid


def test_kinds_and_filters_are_lists_of_the_library(library):
    assert [kind.key for kind in library.kinds()] == list("123456789")
    kinds = [FlagKind("1", "blurred"), FlagKind("7", "cut off")]
    library.set_kinds(kinds)
    assert library.kinds() == kinds
    with pytest.raises(InputError, match="of its own"):
        library.set_kinds([FlagKind("1", "a"), FlagKind("1", "b")])
    wanted = CaseFilter(state="new", blur_px=(3, float("inf")), sort="error", reverse=True)
    library.save_filter("far off", wanted)
    assert library.saved_filters() == {"far off": wanted}
    library.save_filter("far off", None)
    assert library.saved_filters() == {}
    library.undo()
    library.undo()
    library.undo()
    assert len(library.kinds()) == 9


def test_annotators_see_their_own_word_and_nobody_elses_when_blind(library, path):
    first = library.case_ids()[0]
    library.add_flag(first, "wrong side")
    library.set_verdict(first, "reject")
    with Library.open(path, "grace") as other:
        assert other.case(first).state == "new" and other.flags(first) == []
        assert len(other.flags(first, everybody=True)) == 1
        other.set_verdict(first, "accept")
        assert other.case(first).annotators == ("ada", "grace")
        assert other.annotators() == ["ada", "grace"]
        with pytest.raises(InputError, match="of yours"):
            other.remove_flag(other.flags(everybody=True)[0].id)
        library.set_blind(True)
        assert other.blind()
        assert other.flags(everybody=True) == []
        assert other.verdicts() == {"grace": {first: "accept"}}
        assert other.case(first).annotators == ("grace",)
        assert other.annotators() == ["grace"]
        assert {entry.annotator for entry in other.history()} == {"grace"}
        assert other.count(CaseFilter(annotator="ada")) == 0
        assert other.count(CaseFilter(annotator="grace")) == 1
        assert other.count(CaseFilter(disagreement=True)) == 0
        library.set_blind(False)
        assert other.count(CaseFilter(disagreement=True)) == 1


def test_two_windows_see_each_others_changes(library, path):
    with Library.open(path, "grace") as other:
        before = library.change_stamp(), other.change_stamp()
        assert before == (library.change_stamp(), other.change_stamp())
        other.set_verdict(1, "unsure")
        after = library.change_stamp(), other.change_stamp()
        assert before[0] != after[0] and before[1] != after[1]
        assert library.verdicts() == {"grace": {1: "unsure"}}
        library.set_verdict(1, "accept")
        assert other.change_stamp() != after[1]


def test_many_windows_and_threads_lose_nothing(library, path):
    """Four windows on one file, each used by two threads, flag at once."""
    windows = [Library.open(path, f"annotator {number}") for number in range(4)]

    def flag(number: int) -> None:
        for turn in range(8):
            windows[number % 4].add_flag(turn % 6 + 1, "wrong pose", note=f"{number}/{turn}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(flag, range(8)))
    notes = {note.note for note in library.flags(everybody=True)}
    assert notes == {f"{number}/{turn}" for number in range(8) for turn in range(8)}
    assert [window.unsaved for window in windows] == [0, 0, 0, 0]
    for window in windows:
        assert len(window.flags()) == 16
        window.close()
