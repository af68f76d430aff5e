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


def test_varied_keeps_good_ones_that_differ_and_fewer_are_the_first_of_more() -> None:
    selection = SelectionModel()
    places = np.array([0.0, 0.0, 0.05, 0.001])
    points = np.zeros((4, 3, 21, 3))
    points[:, :, 1:, 0] = places[:, None, None]
    selection.set_scores(np.array([0.4, 0.5, 0.45, 0.49], np.float32), points)
    selection.set_mode("varied")
    selection.set_top_n(2)
    assert selection.kept.tolist() == [False, True, True, False]
    selection.set_top_n(3)
    more = selection.kept
    selection.set_top_n(1)
    assert selection.kept.tolist() == [False, True, False, False] and more.sum() == 3
    # Where nothing tells how they differ, the best are kept.
    selection.set_scores(SCORES)
    selection.set_top_n(2)
    assert selection.kept.tolist() == [False, True, False, True]


def test_modes_follow_one_another() -> None:
    selection = model()
    seen = []
    for _ in range(3):
        selection.next_mode()
        seen.append((selection.mode, selection.counts))
    assert seen == [("top", True), ("varied", True), ("threshold", False)]
