"""The metrics against distributions whose answer is known."""

import numpy as np
import pytest

from handviz.evaluation.collect import Collected
from handviz.evaluation.metrics import (
    choices,
    constant_baseline,
    distribution_metrics,
    error_table,
    expected_calibration_error,
    mean_hypothesis_mm,
    mean_of_selected_mm,
    selection_metrics,
)
from handviz.evaluation.report import build_report, format_report
from handviz.hypotheses.errors import sequence_mpjpe_mm
from handviz.network.recover import crops_to_tensor, resized


def _collected(n: int = 40, k: int = 16, scale: float = 1.0, score_noise: float = 0.0, seed: int = 0) -> Collected:
    """Truth and hypotheses from one distribution when scale is 1; scores that know the error when score_noise is 0."""
    rng = np.random.default_rng(seed)
    width = rng.uniform(0.005, 0.03, n)
    centre = rng.standard_normal((n, 1, 3, 21, 3)) * 0.05
    centre[..., 0, :] = 0.0

    def draw(count: int) -> np.ndarray:
        offset = rng.standard_normal((n, count, 3, 21, 3)) * width[:, None, None, None, None]
        offset[..., 0, :] = 0.0
        return offset

    joints = (centre + scale * draw(k)).astype(np.float32)
    truth = (centre + draw(1))[:, 0].astype(np.float32)
    errors = {
        order: sequence_mpjpe_mm(joints, truth[:, None], any_order=order == "order_free")
        for order in ("ordered", "order_free")
    }
    score = -errors["order_free"].mean(-1) + score_noise * rng.standard_normal((n, k))
    mu, nu = score - np.median(score, 1, keepdims=True), np.zeros_like(score)
    return Collected(joints, truth, errors, errors, errors, -score, mu, nu, 2000.0 * width)


def test_rules_keep_their_order() -> None:
    collected = _collected(score_noise=1.0)
    chosen = choices(collected, collected.mpjpe["order_free"], 4, np.random.default_rng(0))
    mean = {rule: errors.mean() for rule, errors in chosen.items()}
    assert mean["best of 16"] <= mean["best of top 4"] <= mean["mean of top 4"] <= mean["mean of all 16"]
    assert mean["best of 16"] <= mean["best of random 4"] <= mean["mean of random 4"]


def test_perfect_scores_close_the_whole_gap_and_blind_ones_none() -> None:
    perfect = selection_metrics(_collected(n=200), 4)
    assert perfect["gap_closed"] == pytest.approx(1.0) and perfect["hit@4"] == 1.0
    assert perfect["gap_closed_by_score_alone"] == pytest.approx(1.0)
    assert perfect["kendall_tau"] == pytest.approx(1.0)
    blind = selection_metrics(_collected(n=400, score_noise=1e6), 4)
    assert abs(blind["gap_closed_by_score_alone"]) < 0.15 and abs(blind["kendall_tau"]) < 0.05


def test_a_calibrated_distribution_is_told_from_narrow_and_wide_ones() -> None:
    right, narrow, wide = (
        distribution_metrics(_collected(n=200, k=64, scale=scale))["quantile_calibration_error"]
        for scale in (1, 0.4, 2.5)
    )
    assert right < 0.03 and narrow > 0.2 and wide > 0.2


@pytest.mark.parametrize(("k", "least"), [(16, 0.052), (64, 0.015)])
def test_few_hypotheses_of_the_true_distribution_look_too_narrow_but_not_by_ranks(k: int, least: float) -> None:
    # Their own median lies nearer to them than to the truth. The card names these figures.
    found = distribution_metrics(_collected(n=400, k=k))
    assert found["quantile_calibration_error"] == pytest.approx(least, abs=0.004)
    assert found["rank_calibration_error"] < 0.01


def test_ranks_tell_narrow_from_wide_distributions() -> None:
    narrow, wide = (
        distribution_metrics(_collected(n=200, scale=scale))["rank_calibration_error"] for scale in (0.4, 2.5)
    )
    assert narrow > 0.2 and wide > 0.2


def test_the_energy_score_prefers_the_true_spread() -> None:
    scores = [distribution_metrics(_collected(n=200, scale=scale))["energy_score_mm"] for scale in (0.2, 1.0, 3.0)]
    assert scores[1] == min(scores)


def test_spread_that_follows_blur_correlates() -> None:
    assert distribution_metrics(_collected(n=100))["spread_blur_spearman"] > 0.95


def test_calibration_error_by_hand() -> None:
    assert expected_calibration_error(np.array([0.1, 0.1, 0.9, 0.9]), np.array([0, 0, 1, 1])) == pytest.approx(0.1)
    assert expected_calibration_error(np.full(4, 0.5), np.array([0, 1, 0, 1])) == pytest.approx(0.0)


def test_ordered_is_never_below_order_free() -> None:
    table = error_table(_collected(), 4)
    for rule, ordered in table["mpjpe"]["ordered"].items():
        if rule.startswith("mean of all"):
            assert sum(ordered) >= sum(table["mpjpe"]["order_free"][rule]) - 1e-9


def test_the_mean_hypothesis_beats_the_hypotheses_on_average() -> None:
    collected = _collected()
    assert mean_hypothesis_mm(collected) < collected.mpjpe["ordered"][:, :, 1].mean()


def test_the_mean_of_selected_ones_is_that_of_those_and_no_others() -> None:
    collected = _collected(n=3, k=5)
    assert mean_of_selected_mm(collected, 5) == pytest.approx(mean_hypothesis_mm(collected))
    # The two named best lie on both sides of the truth: their mean is the truth.
    offset = np.full((3, 21, 3), 0.01)
    collected.joints[:] = collected.truth_joints[:, None] + 5.0 * offset
    collected.joints[:, 1], collected.joints[:, 3] = collected.truth_joints + offset, collected.truth_joints - offset
    collected.nu[:] = 0.0
    collected.mu[:] = np.array([-3.0, 2.0, -3.0, 1.0, -3.0])
    assert mean_of_selected_mm(collected, 2) == pytest.approx(0.0, abs=1e-3)
    assert mean_of_selected_mm(collected, 1) == pytest.approx(10.0 * np.sqrt(3.0), rel=1e-3)


def test_the_constant_baseline_by_hand() -> None:
    collected = _collected(n=2)
    collected.truth_joints = np.stack([np.zeros((3, 21, 3)), np.zeros((3, 21, 3))])
    collected.truth_joints[0, :, 1:, 0] = 0.02
    assert constant_baseline(collected)["ordered"] == pytest.approx([10.0 * 20 / 21] * 3)


def test_the_report_holds_every_number_of_hypotheses() -> None:
    report = build_report(_collected(), (1, 4, 16), 4, {"data": "made up"})
    assert list(report["by_hypotheses"]) == ["1", "4", "16"]
    text = format_report(report)
    assert "K = 16" in text and "gap_closed" in text and "best constant answer" in text


def test_taking_fewer_hypotheses_takes_the_first() -> None:
    collected = _collected()
    part = collected.take(4)
    np.testing.assert_array_equal(part.mpjpe["ordered"], collected.mpjpe["ordered"][:, :4])
    assert part.joints.shape[1] == part.mu.shape[1] == 4


def test_crops_keep_their_mean_when_shrunk() -> None:
    crop = np.random.default_rng(0).integers(0, 255, (256, 256, 3), dtype=np.uint8)
    tensor = resized(crops_to_tensor([crop]), 128)
    assert tensor.shape == (1, 3, 128, 128)
    assert tensor[0].mean().item() == pytest.approx(crop.mean() / 255.0, abs=0.01)


def test_errors_of_a_true_distribution_follow_its_spread_and_the_blur_that_makes_it() -> None:
    found = distribution_metrics(_collected(n=200, k=16))
    # The width that everything is drawn from is the blur, up to a factor.
    assert found["spread_blur_spearman"] > 0.9
    assert found["error_blur_spearman"] > 0.8 and found["error_spread_spearman"] > 0.8
