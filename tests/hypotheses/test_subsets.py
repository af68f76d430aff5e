"""Subsets of a prediction: what each holds, and what it says when there is nothing."""

import numpy as np
import pytest
from made_hands import INTRINSICS, make_prediction, moving_hand

from handviz.geometry.skeleton import WRIST
from handviz.hypotheses.foreign import prediction_from_meshes
from handviz.hypotheses.reranking import by_heatmap_agreement, heatmap_distance_px
from handviz.hypotheses.subsets import (
    NEED_TRUTH,
    SUBSETS,
    Subset,
    anchor,
    mean_prediction,
    show_subset,
    truth_as_prediction,
    vertex_distance_mm,
)
from handviz.hypotheses.truth import Truth, sequence_error_mm

KEPT = np.array([True, True, False, False])


@pytest.fixture
def truth() -> Truth:
    hand = moving_hand(0.1)
    return Truth(hand, hand, INTRINSICS)


@pytest.fixture
def prediction():
    """Four hands; the third is the closest to the truth, the first scores best."""
    rng = np.random.default_rng(3)
    noise = np.array([0.02, 0.03, 0.002, 0.05])
    joints = np.stack([moving_hand(0.1) + rng.normal(0, scale, (3, 21, 3)) for scale in noise])
    return make_prediction(joints, [0.9, 0.7, 0.4, 0.1], heatmap_joints_2d=None)


def members(prediction, kind: str, truth=None, hypothesis: int = 0) -> list[int]:
    shown = show_subset(prediction, KEPT, Subset(kind, hypothesis), truth)
    assert shown.prediction is not None and not shown.message
    return list(shown.members)


def test_each_subset_holds_what_it_says(prediction, truth) -> None:
    assert members(prediction, "kept") == members(prediction, "all") == [0, 1, 2, 3]
    assert members(prediction, "rejected") == [2, 3]
    assert members(prediction, "best_score") == [0]
    assert members(prediction, "worst_score") == [3]
    assert members(prediction, "one", hypothesis=1) == [1]
    assert members(prediction, "one", hypothesis=99) == [3], "of another case: the last there is"
    errors = sequence_error_mm(prediction.joints, truth).mean(-1)
    assert members(prediction, "actually_best", truth) == [errors.argmin()] == [2]
    assert members(prediction, "actually_worst", truth) == [errors.argmax()]


def test_kept_is_the_prediction_itself_so_that_a_mask_is_enough(prediction) -> None:
    assert show_subset(prediction, KEPT, Subset("kept")).prediction is prediction


@pytest.mark.parametrize("kind", NEED_TRUTH)
def test_without_truth_a_sentence_says_so(prediction, kind: str) -> None:
    shown = show_subset(prediction, KEPT, Subset(kind))
    assert shown.prediction is None and "ground truth" in shown.message.lower()


def test_nothing_kept_or_rejected_says_what_to_do(prediction) -> None:
    nobody, everybody = np.zeros(4, bool), np.ones(4, bool)
    assert "lower the threshold" in show_subset(prediction, nobody, Subset("mean")).message
    assert "raise the threshold" in show_subset(prediction, everybody, Subset("rejected")).message


def test_unknown_kinds_are_refused() -> None:
    with pytest.raises(ValueError, match="unknown subset"):
        Subset("nicest")
    assert all(Subset(kind).kind == kind for kind in SUBSETS)


def test_the_mean_of_equal_hands_is_that_hand() -> None:
    hands = np.repeat(moving_hand(0.1)[None], 5, axis=0)
    mean = mean_prediction(make_prediction(hands), np.ones(5, bool))
    assert mean.num_hypotheses == 1
    assert np.allclose(mean.vertices[0], hands[0], atol=1e-6)


def test_the_mean_of_a_motion_and_its_reverse_moves() -> None:
    hand = moving_hand(0.1)
    prediction = make_prediction(np.stack([hand, hand[::-1], hand[::-1]]), [0.9, 0.5, 0.4])
    mean = mean_prediction(prediction, np.ones(3, bool))
    assert np.allclose(mean.joints[0], hand, atol=1e-6), "in the order of the best by score"
    assert np.allclose(mean.vertices[0], hand, atol=1e-6)


def test_truth_lies_where_the_predictions_camera_sees_it(prediction, truth) -> None:
    narrow = Truth(truth.vertices, truth.joints, np.diag([2.0, 2.0, 1.0]) @ INTRINSICS)
    shown = truth_as_prediction(prediction, narrow)
    # The same pixels through another focal length.
    homogeneous = narrow.joints @ narrow.intrinsics.T
    assert np.allclose(shown.joints_2d[0], homogeneous[..., :2] / homogeneous[..., 2:], atol=0.05)
    assert shown.num_hypotheses == 1


def test_panes_look_at_the_middle_wrist(prediction) -> None:
    assert np.allclose(anchor(prediction), prediction.joints[:, 1, WRIST].mean(0))


def test_distance_is_wrist_relative_and_zero_to_itself() -> None:
    hand = moving_hand(0.1)
    moved = make_prediction(np.stack([hand, hand + np.array([0.3, 0.0, 0.1])]))
    alone = make_prediction(hand[None])
    assert np.allclose(vertex_distance_mm(moved, alone), 0.0, atol=1e-3)
    bent = hand.copy()
    bent[:, 8, 2] += 0.012
    distance = vertex_distance_mm(make_prediction(bent[None]), alone)
    assert np.allclose(distance[0, :, 8], 12.0, atol=1e-2)
    assert np.allclose(np.delete(distance[0], 8, axis=1), 0.0, atol=1e-2)


def test_other_meshes_or_timesteps_have_no_distance(prediction) -> None:
    longer = make_prediction(moving_hand(0.1, timesteps=5)[None])
    assert vertex_distance_mm(longer, prediction) is None


def test_heat_maps_judge_by_pixels_in_either_order_of_time() -> None:
    hand = moving_hand(0.1)
    off = hand + np.array([0.01, 0.0, 0.0])
    prediction = make_prediction(np.stack([off, hand[::-1], hand]), [0.9, 0.5, 0.4])
    seen = prediction.joints_2d[2]
    judged = by_heatmap_agreement(make_prediction(prediction.joints, [0.9, 0.5, 0.4], heatmap_joints_2d=seen))
    assert list(np.argsort(-judged.score, kind="stable")[-1:]) == [0]
    distances = heatmap_distance_px(judged)
    assert np.allclose(distances[1:], 0.0, atol=1e-3)
    # 1 cm at 0.6 m through a focal length of 500 px.
    assert distances[0] == pytest.approx(500 * 0.01 / 0.6, rel=0.2)
    assert np.allclose(np.exp(judged.mu) / (np.exp(judged.mu) + np.exp(judged.nu)), judged.score, atol=1e-5)


def test_meshes_without_joints_are_compared_about_their_middles() -> None:
    hand = moving_hand(0.1)
    moved = np.stack([hand, hand + 0.2])
    foreign = prediction_from_meshes(moved, np.array([[0, 1, 2]]))
    assert not foreign.has_joints
    assert np.allclose(vertex_distance_mm(foreign, foreign.subset(np.array([0]))), 0.0, atol=1e-3)
    assert np.allclose(mean_prediction(foreign, np.array([True, False])).vertices[0], hand, atol=1e-6)
    assert "joints" in show_subset(foreign, np.ones(2, bool), Subset("truth"), Truth(hand, hand, INTRINSICS)).message


def test_without_heat_maps_they_judge_nothing(prediction) -> None:
    assert by_heatmap_agreement(prediction) is None
