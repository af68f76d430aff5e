"""Spread and coverage in bins of blur."""

import numpy as np
import pytest

from handviz.ablation.claims import judge_blur
from handviz.evaluation.blur import TOLERANCES_MM, blur_bins, coverage, motion_groups, spread_by_blur
from handviz.geometry.skeleton import WRIST
from handviz.hypotheses.diversity import joint_spread_mm

PHOTOS = 300


def _hypotheses(growth: float) -> tuple[np.ndarray, np.ndarray]:
    """Joints (N, K, T, 21, 3) whose spread is 10 mm + growth * blur, the wrist at 0."""
    rng = np.random.default_rng(0)
    blur_px = rng.uniform(0.0, 60.0, PHOTOS)
    noise = rng.standard_normal((PHOTOS, 32, 3, 21, 3))
    noise[..., WRIST, :] = 0.0
    scale = (10.0 + growth * blur_px) / np.sqrt(3.0) / 1000.0
    return noise * scale[:, None, None, None, None], blur_px


def test_spread_in_bins_is_the_spread_put_in() -> None:
    joints, blur_px = _hypotheses(0.5)
    found = spread_by_blur(joints, blur_px)
    expected = 10.0 + 0.5 * found.blur_px
    np.testing.assert_allclose(np.delete(found.spread_mm, WRIST, 2).mean((1, 2)), expected, rtol=0.05)
    assert found.photos.sum() == sum(mask.sum() for _, mask in blur_bins(blur_px))
    assert found.spearman > 0.9
    assert np.isnan(found.spearman_by_joint[:, WRIST]).all()
    assert np.nanmin(found.spearman_by_joint) > 0.5


def test_spread_agrees_with_that_of_one_photo_and_bears_any_order() -> None:
    joints, blur_px = _hypotheses(0.2)
    first = spread_by_blur(joints, blur_px)
    again = spread_by_blur(joints[:, ::-1], blur_px)
    np.testing.assert_allclose(first.spread_mm, again.spread_mm)
    everything = np.mean([joint_spread_mm(photo) for photo in joints], axis=0)
    of_bins = np.average(first.spread_mm, axis=0, weights=first.photos)
    assert first.photos.sum() == PHOTOS
    np.testing.assert_allclose(of_bins, everything, rtol=1e-6)


def test_coverage_counts_photos_whose_best_misses() -> None:
    errors = np.array([[5.0, 50.0], [12.0, 11.0], [40.0, 25.0], [90.0, 80.0]])
    groups = [("all", np.ones(4, bool)), ("none", np.zeros(4, bool)), ("last", np.array([False, False, False, True]))]
    found = coverage(errors, groups)
    assert found.labels == ("all", "last")
    np.testing.assert_allclose(found.missed[0], [0.75, 0.5, 0.5, 0.25])
    np.testing.assert_allclose(found.missed[1], 1.0)
    assert (np.diff(found.missed, axis=1) <= 0).all()
    assert len(TOLERANCES_MM) == found.missed.shape[1]


@pytest.mark.parametrize(("growth", "verdict"), [(0.5, "holds"), (0.0, "does not hold")])
def test_the_claim_about_spread_follows_the_figures(growth: float, verdict: str) -> None:
    joints, blur_px = _hypotheses(growth)
    covered = coverage(np.full((PHOTOS, 2), 25.0), blur_bins(blur_px))
    spread_claim, cover_claim = judge_blur(spread_by_blur(joints, blur_px), covered)
    assert spread_claim[1] == verdict
    assert cover_claim[1] == "holds"
    assert "100 %" in cover_claim[2]


def test_groups_by_motion_leave_out_kinds_that_do_not_occur() -> None:
    groups = motion_groups(np.array([2, 2, 0]), ("still", "translation", "camera_shake"))
    assert [label for label, _ in groups] == ["still", "camera shake"]
    assert groups[1][1].tolist() == [True, True, False]
