"""The threshold, the chosen hypothesis and what is drawn of them."""

import numpy as np

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


def test_at_first_every_hypothesis_is_kept() -> None:
    selection = SelectionModel()
    selection.set_scores(np.array([0.0, 0.3, 1.0]))
    assert selection.kept.all()
