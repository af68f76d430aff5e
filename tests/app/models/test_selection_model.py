"""The threshold, the chosen hypothesis and what is drawn of them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from handviz.app.models.palette import timestep_colors
from handviz.app.models.scene import mesh_colors, visible_meshes, why_nothing_shows
from handviz.app.models.selection import SelectionModel

SCORES = np.array([0.2, 0.9, 0.5, 0.7], np.float32)


def model(scores: np.ndarray = SCORES, threshold: float = 0.5) -> SelectionModel:
    selection = SelectionModel(threshold)
    selection.set_scores(scores)
    return selection


def test_new_scores_choose_the_best_without_highlight() -> None:
    selection = model()
    assert selection.chosen == 1
    assert not selection.picked
    assert selection.kept.tolist() == [False, True, True, True]


def test_steps_follow_the_ranking_and_stop_at_its_ends() -> None:
    selection = model()
    seen = []
    for _ in range(5):
        selection.step(1)
        seen.append(selection.chosen)
    assert seen == [3, 2, 0, 0, 0]
    selection.step(-10)
    assert selection.chosen == 1 and selection.picked


def test_picking_again_goes_to_the_mesh_behind_and_round() -> None:
    selection = model()
    chosen = []
    for _ in range(4):
        selection.choose_next_hit([2, 2, 3, 1])
        chosen.append(selection.chosen)
    assert chosen == [2, 3, 1, 2]
    selection.choose_next_hit([])
    assert selection.chosen == 1 and not selection.picked


def test_changes_are_told_once_and_only_when_something_changed() -> None:
    selection, calls = model(), []
    disconnect = selection.changed.connect(lambda: calls.append(selection.threshold))
    selection.set_threshold(0.6)
    selection.set_threshold(0.6)
    selection.choose(2)
    selection.choose(2)
    assert calls == [0.6, 0.6]
    disconnect()
    selection.set_threshold(0.1)
    assert len(calls) == 2


@given(
    st.lists(st.floats(0, 1, width=32), min_size=1, max_size=40),
    st.floats(0, 1),
    st.floats(0, 1),
    st.tuples(st.booleans(), st.booleans(), st.booleans()),
)
def test_raising_the_threshold_never_shows_more(scores, low, high, timesteps) -> None:
    low, high = sorted((low, high))
    selection = model(np.array(scores, np.float32), low)
    before = visible_meshes(selection, timesteps, solo=False)
    selection.set_threshold(high)
    after = visible_meshes(selection, timesteps, solo=False)
    assert before.shape == (len(scores), 3)
    assert not (after & ~before).any()
    assert not before[:, ~np.array(timesteps)].any()


def test_solo_leaves_the_chosen_alone_and_a_pick_survives_the_threshold() -> None:
    selection = model()
    selection.choose(0)
    assert visible_meshes(selection, (True, True, True), solo=True)[:, 0].tolist() == [True, False, False, False]
    assert visible_meshes(selection, (True, True, True), solo=False)[0].all()


def test_an_empty_view_says_what_to_do() -> None:
    selection = model(threshold=0.95)
    assert "threshold" in why_nothing_shows(selection, (True, True, True), solo=False)
    assert why_nothing_shows(selection, (True, True, True), solo=True) == ""
    selection.set_threshold(0.0)
    assert "timestep" in why_nothing_shows(selection, (False, False, False), solo=False)
    assert why_nothing_shows(selection, (False, True, False), solo=False) == ""
    assert why_nothing_shows(SelectionModel(), (True, True, True), solo=False) == ""


def test_at_first_every_hypothesis_is_kept() -> None:
    selection = SelectionModel()
    selection.set_scores(np.array([0.0, 0.3, 1.0]))
    assert selection.kept.all()


def test_only_a_picked_hypothesis_makes_the_others_step_back() -> None:
    selection, ghost = model(), np.zeros(3)
    np.testing.assert_allclose(mesh_colors(selection, 3, ghost), np.repeat(timestep_colors(3)[None], 4, 0))
    selection.choose(2)
    colors = mesh_colors(selection, 3, ghost)
    np.testing.assert_allclose(colors[2], timestep_colors(3))
    assert (colors[0] < timestep_colors(3) + 1e-6).all() and colors[0].sum() < 0.5 * timestep_colors(3).sum()
