"""Undo and redo over cases and restarts, each annotator the own changes."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from review_cases import new_case

from handviz.errors import InputError
from handviz.review.cases import FlagKind
from handviz.review.filters import CaseFilter
from handviz.review.store import Library


def content(library: Library) -> tuple:
    """All that people put into a library."""
    return (
        library.cases(),
        library.flags(everybody=True),
        library.judged(),
        library.kinds(),
        library.saved_filters(),
        library.blind(),
    )


ACTS = {
    "flag": lambda library, case: library.add_flag(case, "wrong pose", note="x"),
    "flag two": lambda library, case: library.add_flags({case, library.case_ids()[0]}, "bad crop", 3),
    "change flag": lambda library, case: [library.change_flag(f.id, 1, "y") for f in library.flags()[:1]],
    "remove flag": lambda library, case: [library.remove_flag(f.id) for f in library.flags()[-1:]],
    "accept": lambda library, case: library.set_verdict(case, "accept"),
    "reject": lambda library, case: library.set_verdict(case, "reject"),
    "take back": lambda library, case: library.set_verdict(case, None),
    "box": lambda library, case: library.set_box(case, (1, 2, case, 4), "left"),
    "add": lambda library, case: library.add_cases([new_case(100 + case), new_case(200 + case)]),
    "remove": lambda library, case: library.remove_case(case) if library.count() > 2 else None,
    "kinds": lambda library, case: library.set_kinds([FlagKind("1", f"kind {case}")]),
    "filter": lambda library, case: library.save_filter("mine", CaseFilter(severity=case % 4)),
    "truth": lambda library, case: library.set_truth(case, "truth.npz"),
}


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(sorted(ACTS)), st.integers(0, 30)), max_size=12), st.integers(0, 12))
def test_undo_leads_back_through_every_state_and_redo_forth(tmp_path, acts, restart):
    path = tmp_path / "hands.handviz"
    path.unlink(missing_ok=True)
    library = Library.open(path, "ada")
    try:
        library.add_cases([new_case(number) for number in range(3)])
        states = [content(library)]
        for name, number in acts:
            ids = library.case_ids()
            ACTS[name](library, ids[number % len(ids)])
            if content(library) != states[-1]:
                states.append(content(library))
        for step, expected in enumerate(reversed(states[:-1])):
            if step == restart:
                library.close()
                library = Library.open(path, "ada")
            assert library.undo_sentence() == library.undo()
            assert content(library) == expected
        for expected in states[1:]:
            assert library.redo_sentence() == library.redo()
            assert content(library) == expected
        assert library.redo() is None and library.redo_sentence() is None
    finally:
        library.close()


def test_a_new_change_ends_redoing(library):
    library.set_verdict(1, "accept")
    library.undo()
    library.set_verdict(2, "accept")
    assert library.redo() is None
    assert library.verdicts() == {"ada": {2: "accept"}}


def test_each_annotator_undoes_the_own_changes(library, path):
    with Library.open(path, "grace") as other:
        library.set_verdict(1, "accept")
        other.set_verdict(1, "reject")
        assert library.undo() == "photo0000.jpg: accept"
        assert library.verdicts() == {"grace": {1: "reject"}}
        assert other.undo() == "photo0000.jpg: reject"
        assert other.undo() is None


def test_what_others_changed_since_stays_and_the_next_undo_goes_on(library, path):
    library.set_verdict(3, "unsure")
    library.set_box(1, (1, 1, 5, 5), "left")
    with Library.open(path, "grace") as other:
        other.set_box(1, (2, 2, 5, 5), "left")
    with pytest.raises(InputError, match=r"“corrected the box of photo0000\.jpg” cannot be undone: it was changed"):
        library.undo()
    assert library.case(1).box == (2, 2, 5, 5)
    assert library.undo() == "photo0002.jpg: unsure"
    assert library.verdicts() == {}


def test_adding_a_case_is_not_undone_when_others_judged_it(library, path):
    case_id = library.add_case(new_case(77))
    with Library.open(path, "grace") as other:
        other.add_flag(case_id, "not a hand")
    with pytest.raises(InputError, match="others have judged the case since"):
        library.undo()
    assert library.case(case_id).path.name == "photo0077.jpg"


def test_removing_a_case_with_everybodys_word_comes_back(library, path):
    library.add_flag(2, "wrong pose", hypotheses=[1])
    with Library.open(path, "grace") as other:
        other.set_verdict(2, "reject")
    before = content(library)
    library.remove_case(2)
    assert library.count() == 5 and library.flags() == [] and library.verdicts() == {}
    assert library.undo() == "removed photo0001.jpg"
    assert content(library) == before


def test_predictions_are_no_step_and_stay_with_their_case(library):
    case_id = library.add_case(new_case(77))
    library.set_prediction(case_id, new_case(77, prediction_key="a" * 64, spread_mm=3.0))
    library.set_path(case_id, Path("/found/again.jpg"))
    expected = library.case(case_id)
    assert library.undo() == "added photo0077.jpg"
    assert library.redo() == "added photo0077.jpg"
    assert library.case(case_id) == expected


def test_numbers_of_removed_cases_are_not_given_out_again(library):
    last = library.add_case(new_case(77))
    library.undo()
    assert library.add_case(new_case(78)) != last


def test_a_restored_kind_whose_key_is_taken_stays_away(library, path):
    library.set_kinds([FlagKind("1", "mine")])
    with Library.open(path, "grace") as other:
        other.set_kinds([FlagKind("1", "theirs"), FlagKind("2", "wrong pose")])
    with pytest.raises(InputError, match="cannot be undone"):
        library.undo()
    assert [kind.name for kind in library.kinds()] == ["theirs", "wrong pose"]
