"""Top n, and the selection that table, plots, viewport and photo share."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handviz.app.models.selection import SelectionModel

SCORES = np.array([0.2, 0.9, 0.5, 0.7], np.float32)


def model(scores: np.ndarray = SCORES) -> SelectionModel:
    selection = SelectionModel(threshold=0.6)
    selection.set_scores(scores)
    return selection


def told(selection: SelectionModel) -> list[str]:
    calls: list[str] = []
    selection.changed.connect(lambda: calls.append("changed"))
    selection.hover_changed.connect(lambda: calls.append("hover"))
    return calls


def test_each_mode_keeps_by_its_own_number() -> None:
    selection = model()
    assert np.flatnonzero(selection.kept).tolist() == [1, 3]
    selection.set_mode("top")
    selection.set_top_n(3)
    assert np.flatnonzero(selection.kept).tolist() == [1, 2, 3]
    selection.set_threshold(0.95)
    assert selection.kept.sum() == 3
    selection.set_mode("threshold")
    assert not selection.kept.any()
    with pytest.raises(ValueError, match="mode"):
        selection.set_mode("best")


@given(st.lists(st.floats(0, 1, width=32), max_size=40), st.integers(-3, 60))
def test_top_n_keeps_n_whatever_ties_there_are_and_none_scores_above_them(scores, n) -> None:
    selection = model(np.array(scores, np.float32))
    selection.set_mode("top")
    selection.set_top_n(n)
    kept = selection.kept
    assert kept.sum() == min(max(n, 1), len(scores))
    if 0 < kept.sum() < len(scores):
        assert selection.scores[kept].min() >= selection.scores[~kept].max()


indices = st.sets(st.integers(-1, 6))


@given(st.lists(st.tuples(st.sampled_from(["hide", "pin", "unhide", "unpin", "select", "toggle", "choose", "step",
                                           "invert", "scores"]), indices), max_size=12))  # fmt: skip
def test_in_any_order_of_changes_the_groups_stay_consistent(changes) -> None:
    selection = model()
    for name, values in changes:
        if name in ("hide", "pin", "unhide", "unpin", "select"):
            getattr(selection, name)(values)
        elif name == "invert":
            before = selection.selected
            selection.invert()
            assert selection.selected == set(range(4)) - before
        elif name == "scores":
            selection.set_scores(SCORES)
            assert not (selection.selected or selection.hidden or selection.pinned)
        elif name == "toggle":
            selection.toggle(next(iter(values), 0))
        else:
            getattr(selection, name)(next(iter(values), 0))
        assert not selection.hidden & selection.pinned
        assert (selection.hidden | selection.pinned | selection.selected) <= set(range(4))
        assert selection.picked == bool(selection.selected)
        assert selection.chosen in (selection.selected or {1})
        shown = set(np.flatnonzero(selection.visible).tolist())
        assert shown == (set(np.flatnonzero(selection.kept).tolist()) | selection.pinned) - selection.hidden


def test_selecting_several_keeps_the_chosen_one_or_takes_the_best() -> None:
    selection = model()
    selection.select({0, 2})
    assert selection.selected == {0, 2} and selection.chosen == 2 and selection.picked
    selection.select({0, 2, 3})
    assert selection.chosen == 2
    selection.select({0, 2, 3}, chosen=0)
    assert selection.chosen == 0
    selection.select(())
    assert not selection.picked and selection.chosen == 1


def test_toggling_adds_takes_out_and_moves_the_chosen_one() -> None:
    selection = model()
    selection.toggle(0)
    selection.toggle(3)
    assert selection.selected == {0, 3} and selection.chosen == 3
    selection.toggle(3)
    assert selection.selected == {0} and selection.chosen == 0
    selection.toggle(0)
    assert not selection.picked and selection.chosen == 1


def test_pins_and_hides_outdo_the_score_and_each_other() -> None:
    selection = model()
    selection.pin({0})
    selection.hide({1})
    assert selection.visible.tolist() == [True, False, False, True]
    assert selection.kept.tolist() == [False, True, False, True]
    selection.hide({0})
    assert selection.pinned == set() and selection.hidden == {0, 1}
    selection.pin({1})
    assert selection.pinned == {1} and selection.hidden == {0}
    selection.unhide({0})
    selection.unpin({1})
    assert (selection.visible == selection.kept).all()


def test_commands_are_about_the_selected_or_else_the_chosen_one_and_undo_themselves() -> None:
    selection = model()
    assert selection.targets == {1}
    selection.toggle_hidden()
    assert selection.hidden == {1} and not selection.visible[1]
    selection.toggle_hidden()
    assert selection.hidden == set()
    selection.select({0, 2})
    selection.pin({2})
    selection.toggle_pinned()
    assert selection.pinned == {0, 2}
    selection.toggle_pinned()
    assert selection.pinned == set()
    selection.toggle_hidden()
    selection.choose(3)
    selection.show_hidden()
    assert selection.hidden == set()


def test_every_change_is_told_once_and_only_when_something_changed() -> None:
    selection = model()
    calls = told(selection)
    for change in (lambda: selection.select({0, 2}), lambda: selection.hide({0}), lambda: selection.pin({2}),
                   lambda: selection.set_mode("top"), lambda: selection.set_top_n(2)):  # fmt: skip
        calls.clear()
        change()
        change()
        assert calls == ["changed"]
    calls.clear()
    selection.hover(3)
    selection.hover(3)
    assert calls == ["hover"]


def test_hovering_is_its_own_signal_and_ends_with_the_prediction() -> None:
    selection = model()
    selection.hover(2)
    assert selection.hovered == 2
    selection.hover(17)
    assert selection.hovered is None
    selection.hover(2)
    calls = told(selection)
    selection.set_scores(SCORES[:2])
    assert selection.hovered is None and calls == ["changed", "hover"]


def test_an_empty_prediction_takes_every_command() -> None:
    selection = model(np.zeros(0))
    selection.set_mode("top")
    for change in (selection.invert, lambda: selection.toggle(0), lambda: selection.select({1}),
                   lambda: selection.hide({0}), lambda: selection.step(1)):  # fmt: skip
        change()
    assert selection.visible.shape == (0,) and selection.chosen is None and not selection.picked
