"""What the library page shows, without a screen."""

from pathlib import Path

import pytest
from library_cases import case

from handviz.app.models.case_triage import CaseTriage
from handviz.app.models.library import Counts, LibraryModel
from handviz.hypotheses.triage import TriageSettings
from handviz.review.cases import Flag
from handviz.review.filters import CaseFilter


def opened(*cases) -> LibraryModel:
    model = LibraryModel()
    model.set_file(Path("some.handviz"), "ada")
    model.set_cases(CaseTriage(cases), Counts(len(cases), 0))
    return model


def shown(model: LibraryModel) -> list[int]:
    return [found.id for found in model.cases]


def test_going_on_leads_around_the_end_and_never_to_the_same_case() -> None:
    model = opened(*(case(number) for number in (1, 2, 3)))
    assert model.neighbour(1).id == 1 and model.neighbour(-1).id == 3, "nothing is picked yet"
    model.pick(3)
    assert model.neighbour(1).id == 1 and model.neighbour(-1).id == 2
    alone = opened(case(1))
    alone.pick(1)
    assert alone.neighbour(1) is None and alone.next_unreviewed() is None


def test_a_case_that_leaves_the_filter_keeps_its_place_and_stays_current() -> None:
    model = opened(*(case(number) for number in (1, 2, 3, 4)))
    model.pick(2)
    model.set_cases(CaseTriage([case(1), case(3), case(4)]), Counts(4, 1))
    assert model.current.id == 2 and model.row is None
    assert model.neighbour(1).id == 3, "the one that took its place comes next"
    assert model.neighbour(-1).id == 1
    model.pick(model.neighbour(1).id)
    assert model.neighbour(1).id == 4


def test_next_unreviewed_passes_over_what_is_judged_or_flagged() -> None:
    model = opened(case(1), case(2, verdict="accept"), case(3, flags_count=1), case(4), case(5, verdict="unsure"))
    model.pick(1)
    assert model.next_unreviewed().id == 4
    model.pick(4)
    assert model.next_unreviewed().id == 1, "around the end"
    model.set_cases(CaseTriage([case(1, verdict="reject"), case(4)]), Counts(5, 4))
    assert model.next_unreviewed() is None, "the current one is not a next one"


def test_changes_apply_to_the_selection_or_to_the_case_looked_at() -> None:
    model = opened(*(case(number) for number in (1, 2, 3, 4)))
    assert model.targets == ()
    model.pick(3, [4, 3, 1])
    assert [found.id for found in model.targets] == [1, 3, 4], "in the order of the list"
    model.pick(2)
    assert [found.id for found in model.targets] == [2]
    model.set_cases(CaseTriage([case(1)]), Counts(4, 3))
    assert [found.id for found in model.targets] == [2], "it left the filter, a second flag may follow the first"


def test_flags_that_come_late_for_a_case_left_are_ignored() -> None:
    model = opened(case(1), case(2))
    model.pick(1)
    flag = Flag(1, "u", 1, "ada", "wrong pose")
    model.set_flags(1, [flag, Flag(2, "v", 1, "ben", "bad crop")])
    assert model.own_flags == (flag,)
    model.pick(2)
    assert model.flags == ()
    model.set_flags(1, [flag])
    assert model.flags == ()


def test_another_library_lets_go_of_what_was_picked_and_filtered() -> None:
    model = opened(case(1), case(2))
    model.set_filter(text="x", state="new")
    model.pick(1)
    model.set_file(Path("other.handviz"), "ada")
    assert (model.current, model.cases, model.wanted) == (None, (), CaseFilter())
    model.set_file(Path("other.handviz"), "ben")
    assert model.annotator == "ben"


def test_triage_follows_the_limits_at_once_and_filters_without_reading_the_file() -> None:
    cases = [case(number) for number in range(1, 40)]
    model = opened(*cases)
    asked = []
    model.filter_changed.connect(lambda: asked.append(model.wanted))
    everything = sum(model.triage.counts.get(name, 0) for name in ("not_covered", "lost_in_selection", "order_swapped",
                                                                   "shape_or_scale", "handled"))  # fmt: skip
    assert everything == len(cases), "each has one outcome"
    model.set_filter(triage="not_covered")
    before = len(model.cases)
    assert before == model.triage.counts.get("not_covered", 0)
    model.set_triage_settings(TriageSettings(tolerance_mm=8.0))
    assert len(model.cases) == model.triage.counts["not_covered"] > before
    model.set_triage_settings(TriageSettings(tolerance_mm=99.0))
    assert model.triage.counts.get("not_covered", 0) == 0 and model.cases == ()
    model.set_filter(triage="")
    assert shown(model) == [found.id for found in cases]
    assert asked[0].triage == "not_covered"


def test_a_case_without_figures_keeps_the_triage_stored_with_it() -> None:
    old = case(7, figures="", triage=("large_spread",))
    broken = case(8, figures="{", triage=())
    model = opened(case(1), old, broken)
    assert model.reasons(old) == ("large_spread",)
    assert model.reason_titles(old) == ["Large spread"]
    assert model.triage_sentences(old) == ["The hypotheses lie far apart."]
    assert model.reasons(broken) == ()
    assert len(model.triage_sentences(case(1))) == len(model.reasons(case(1))) > 0


def test_unknown_settings_of_flags_are_refused() -> None:
    model = opened(case(1))
    model.set_flagging(severity=3, meant_joints=(1, 2))
    assert (model.severity, model.meant_joints) == (3, (1, 2))
    with pytest.raises(TypeError):
        model.set_flagging(colour="red")
    with pytest.raises(ValueError):
        model.set_flagging(severity=4)
