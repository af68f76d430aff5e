"""Linked panes move together, others do not; a hand elsewhere is looked at from the same side."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_hands import INTRINSICS, make_prediction, moving_hand

from handviz.app.models.linking import Links, camera_state
from handviz.app.models.pane import PaneModel
from handviz.app.models.session import Picture
from handviz.hypotheses.subsets import Subset
from handviz.hypotheses.truth import Truth

SCORES = [0.9, 0.7, 0.4, 0.1]


def shift_of(step: float) -> np.ndarray:
    return np.array([step, 0.5 * step, -0.3 * step])


def make_pane(at: float = 0.0, seed: int = 0) -> PaneModel:
    """A pane with four hands, away from the usual place."""
    rng = np.random.default_rng(seed)
    pane = PaneModel()
    joints = np.stack([moving_hand(0.1) + rng.normal(0, 0.01, (3, 21, 3)) for _ in SCORES]) + shift_of(at)
    pane.source.set_prediction(make_prediction(joints, SCORES))
    return pane


@pytest.fixture
def panes():
    """Two linked panes whose hands lie 30 cm apart."""
    links = Links()
    pair = [make_pane(), make_pane(0.3, seed=1)]
    for pane in pair:
        links.add(pane)
    return links, *pair


def relative(pane: PaneModel) -> np.ndarray:
    state = camera_state(pane.view, pane.anchor)
    return np.array([state.yaw, state.pitch, state.distance, *state.offset])


def test_the_second_pane_takes_over_the_first_ones_camera(panes) -> None:
    _, first, second = panes
    assert np.allclose(relative(first), relative(second))
    assert not np.allclose(first.view.orbit.target, second.view.orbit.target), "each looks at its own hand"


def test_orbit_pan_and_zoom_spread_both_ways(panes) -> None:
    _, first, second = panes
    first.view.orbit_by(0.4, 0.2)
    second.view.zoom_by(1.7, 10, 10)
    second.view.pan_by(30, -12, 480)
    first.view.look("side")
    first.view.orbit_by(0.1, 0.0)
    assert np.allclose(relative(first), relative(second))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1), st.sampled_from(["orbit", "zoom", "pan", "top", "fit"]),
                          st.floats(-1, 1)), max_size=12))  # fmt: skip
def test_linked_cameras_stay_alike_whatever_is_done(moves) -> None:
    links, pair = Links(), [make_pane(), make_pane(-0.2, seed=2)]
    for pane in pair:
        links.add(pane)
    for which, what, amount in moves:
        view = pair[which].view
        match what:
            case "orbit":
                view.orbit_by(amount, -amount)
            case "zoom":
                view.zoom_by(1 + 0.4 * amount, 3, 4)
            case "pan":
                view.pan_by(40 * amount, 9, 300)
            case "top":
                view.look("top")
            case _:
                view.fit()
    assert np.allclose(relative(pair[0]), relative(pair[1]))


def test_timesteps_threshold_mode_and_time_spread(panes) -> None:
    _, first, second = panes
    first.view.set_timestep(0, False)
    first.selection.set_threshold(0.6)
    second.view.set_time(1.5)
    assert second.view.timesteps == (False, True, True)
    assert second.selection.threshold == 0.6
    assert first.view.time == 1.5
    second.selection.set_mode("top")
    second.selection.set_top_n(3)
    assert first.selection.mode == "top" and first.selection.top_n == 3
    assert list(first.shown.selection.kept) == [True, True, True, False]


def test_one_plays_and_the_others_follow(panes) -> None:
    links, first, second = panes
    links.toggle_playing(first)
    assert first.view.playing and not second.view.playing and second.view.time == 0.0
    first.view.set_time(0.7)
    assert second.view.time == 0.7
    links.toggle_playing(second)
    assert not first.view.playing and not second.view.playing, "a linked pane stops what plays in another"
    links.toggle_playing(second)
    second.view.set_time(1.2)
    assert second.view.playing and first.view.time == 1.2
    links.set_linked(first, False)
    links.toggle_playing(first)
    assert first.view.playing and second.view.playing, "each by itself"


def test_an_unlinked_pane_goes_its_own_way_and_comes_back(panes) -> None:
    links, first, second = panes
    heard = []
    links.changed.connect(lambda: heard.append(links.is_linked(second)))
    links.set_linked(second, False)
    still = relative(second)
    first.view.orbit_by(0.5, 0.1)
    first.selection.set_threshold(0.8)
    second.view.set_timestep(2, False)
    assert np.allclose(relative(second), still) and second.selection.threshold == 0.0
    assert first.view.timesteps == (True, True, True)
    links.set_linked(second, True)
    assert np.allclose(relative(first), relative(second))
    assert second.selection.threshold == 0.8 and second.view.timesteps == (True, True, True)
    assert heard == [False, True]


def test_a_removed_pane_is_left_alone(panes) -> None:
    links, first, second = panes
    links.remove(second)
    before = relative(second)
    first.view.orbit_by(1.0, 0.0)
    assert np.allclose(relative(second), before)
    second.view.orbit_by(-1.0, 0.0)
    assert links.panes == (first,)


def test_another_picture_leaves_camera_and_link_as_they_are(panes) -> None:
    links, first, second = panes
    first.view.orbit_by(0.7, 0.1)
    before = relative(first)
    second.source.set_picture(Picture("other.jpg", np.zeros((480, 640, 3), np.uint8)))
    second.source.set_prediction(make_prediction(np.stack([moving_hand(0.05)] * 4) + 0.1, SCORES))
    assert links.is_linked(second)
    assert np.allclose(relative(first), before) and np.allclose(relative(second), before)


def test_a_pane_that_gets_its_first_hand_joins_the_others() -> None:
    links, first, late = Links(), make_pane(), PaneModel()
    links.add(first)
    links.add(late)
    first.view.orbit_by(0.6, 0.3)
    first.view.set_timestep(1, False)
    before = relative(first)
    late.source.set_prediction(make_prediction(moving_hand(0.1)[None] - [0.2, 0.0, 0.1]))
    assert np.allclose(relative(late), before) and np.allclose(relative(first), before)
    assert late.view.timesteps == (True, False, True)


def test_the_view_over_the_photo_and_its_zoom_spread(panes) -> None:
    _, first, second = panes
    first.view.look("camera")
    for pane in (first, second):
        pane.view.set_photo_size(640, 480)
        pane.view.photo_transform(300, 200)
    assert second.view.over_photo
    first.view.zoom_by(2.0, 20, 30)
    first.view.pan_by(14, -6, 200)
    assert np.allclose(first.view.photo_move, second.view.photo_move)
    second.view.photo_transform(300, 200)
    assert np.allclose(first.view.photo_move, second.view.photo_move)


# --- what a pane shows ----------------------------------------------------------------------------------------------


def test_the_threshold_moves_what_every_subset_shows() -> None:
    pane = make_pane()
    pane.selection.set_threshold(0.5)
    assert pane.drawn.num_hypotheses == 2 and pane.shown.prediction is pane.prediction
    pane.set_subset(Subset("rejected"))
    assert list(pane.result.members) == [2, 3] and pane.shown.selection.visible.all()
    assert pane.hypothesis_of(0) == 2
    pane.set_subset(Subset("mean"))
    before = pane.shown.prediction.vertices
    pane.selection.set_threshold(0.8)
    assert not np.allclose(before, pane.shown.prediction.vertices)
    assert pane.hypothesis_of(0) is None


def test_changing_the_subset_does_not_move_the_camera() -> None:
    pane = make_pane()
    pane.view.orbit_by(0.3, 0.2)
    before = pane.view.orbit
    for kind in ("best_score", "mean", "rejected", "kept"):
        pane.set_subset(Subset(kind))
        assert np.allclose(pane.view.orbit.target, before.target) and pane.view.orbit.yaw == before.yaw


def test_truth_that_comes_late_is_shown_at_once() -> None:
    pane = make_pane()
    pane.set_subset(Subset("truth"))
    assert pane.drawn is None and "ground truth" in pane.result.message
    hand = moving_hand(0.1)
    pane.source.set_truth(Truth(hand, hand, INTRINSICS))
    assert pane.drawn.num_hypotheses == 1 and pane.figures() == ["Ground truth"]


def test_figures_say_what_is_in_sight() -> None:
    pane = make_pane()
    pane.selection.set_threshold(0.5)
    assert pane.figures()[0] == "2 of 4 kept"
    hand = moving_hand(0.1)
    pane.source.set_truth(Truth(hand, hand, INTRINSICS))
    assert pane.figures()[-1].startswith("error ")
    pane.shown.selection.choose(1)
    assert pane.figures()[-1] == "number 2 highlighted, score 0.70"
    pane.set_subset(Subset("rejected"))
    pane.shown.selection.choose(0)
    assert pane.figures()[-1] == "number 3 highlighted, score 0.40", "by its number in the case"
    pane.set_subset(Subset("best_score"))
    assert pane.figures()[:2] == ["Hypothesis 1 of 4", "score 0.90"]


def test_heat_maps_rank_instead_of_the_selector() -> None:
    pane = make_pane()
    by_selector = pane.prediction.score.copy()
    pane.set_ranking("heatmap")
    assert not np.allclose(pane.prediction.score, by_selector)
    assert np.array_equal(pane.selection.scores, pane.prediction.score)
    pane.set_ranking("score")
    assert np.allclose(pane.selection.scores, by_selector)
    with pytest.raises(ValueError, match="unknown ranking"):
        pane.set_ranking("beauty")
