"""Live figures of the kept hypotheses."""

import numpy as np
import pytest

from handviz.hypotheses.diversity import distance_to_mean_mm, pairwise_distance_mm, spread_mm
from handviz.hypotheses.summary import summarize
from handviz.hypotheses.truth import Truth, middle_error_mm

rng = np.random.default_rng(3)
JOINTS_OF_TRUTH = rng.normal(0, 0.05, (3, 21, 3))
TRUTH = Truth(np.zeros((3, 0, 3)), JOINTS_OF_TRUTH, np.eye(3))
JOINTS = JOINTS_OF_TRUTH + rng.normal(0, 0.01, (8, 3, 21, 3))
SCORES = np.linspace(0.9, 0.2, 8)


def test_figures_are_those_of_the_kept() -> None:
    kept = np.array([True, False, True, True, False, False, False, False])
    summary = summarize(JOINTS, SCORES, kept, TRUTH)
    errors = middle_error_mm(JOINTS, TRUTH)
    assert (summary.kept, summary.total) == (3, 8)
    assert summary.best_score == 0.9
    assert summary.mean_score == pytest.approx(SCORES[kept].mean())
    assert summary.spread_mm == pytest.approx(spread_mm(JOINTS[kept]))
    assert summary.best == errors.argmin()
    assert summary.best_kept in (0, 2, 3) and summary.best_kept_error_mm == pytest.approx(errors[kept].min())
    assert summary.best_error_mm <= summary.best_kept_error_mm


def test_averaging_hands_that_scatter_around_the_truth_beats_their_errors() -> None:
    summary = summarize(JOINTS, SCORES, np.ones(8, bool), TRUTH)
    assert summary.mean_hand_error_mm < middle_error_mm(JOINTS, TRUTH).mean()


def test_without_kept_ones_or_truth_figures_are_missing_and_the_rest_stays() -> None:
    nothing = summarize(JOINTS, SCORES, np.zeros(8, bool), TRUTH)
    assert nothing.mean_score is nothing.spread_mm is nothing.mean_hand_error_mm is nothing.best_kept is None
    assert nothing.best_error_mm is not None
    unknown = summarize(JOINTS, SCORES, np.ones(8, bool))
    assert unknown.best is unknown.best_error_mm is unknown.mean_hand_error_mm is None
    assert unknown.spread_mm > 0


def test_pairwise_distances_are_a_metric_and_need_no_wrist() -> None:
    distances = pairwise_distance_mm(JOINTS)
    np.testing.assert_allclose(distances, distances.T)
    assert (np.diag(distances) == 0).all() and (distances[~np.eye(8, dtype=bool)] > 0).all()
    assert (distances[:, None, :] + distances[None, :, :] + 1e-9 >= distances[:, :, None].transpose(0, 2, 1)).all()
    moved = JOINTS + rng.normal(0, 1, (8, 1, 1, 3))
    np.testing.assert_allclose(pairwise_distance_mm(moved), distances)
    relative = JOINTS - JOINTS[..., :1, :]
    one = 1000 * np.linalg.norm(relative[2] - relative[5], axis=-1).mean()
    assert distances[2, 5] == pytest.approx(one)


def test_the_mean_is_nearest_to_what_lies_in_the_middle() -> None:
    direction = rng.normal(0, 0.01, (3, 21, 3))
    direction[:, 0] = 0
    line = JOINTS_OF_TRUTH + np.linspace(-1, 1, 5)[:, None, None, None] * direction
    distances = distance_to_mean_mm(line)
    assert distances.argmin() == 2 and distances[2] == pytest.approx(0, abs=1e-9)
    np.testing.assert_allclose(distances, distances[::-1])
    assert distances[0] == pytest.approx(2 * distances[1])
