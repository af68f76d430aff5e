"""The sweep's figures: spread by joint and timestep, growth with blur, and the file they are written to."""

import csv

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_hands import INTRINSICS, make_prediction, moving_hand
from scipy.stats import spearmanr

from handviz.errors import InputError
from handviz.geometry.skeleton import JOINT_NAMES
from handviz.hypotheses.diversity import spread_mm
from handviz.hypotheses.foreign import prediction_from_meshes
from handviz.hypotheses.sweep import MAX_STEPS, Sweep, blur_steps, measure, rank_correlation
from handviz.hypotheses.truth import Truth


def hands(noise_mm: dict[int, float], seed: int = 0):
    """A prediction whose joints scatter by noise in mm along x, each by its own."""
    rng = np.random.default_rng(seed)
    joints = np.repeat(moving_hand(0.1)[None], 400, axis=0)
    for joint, scale in noise_mm.items():
        joints[:, :, joint, 0] += rng.normal(0.0, scale / 1000.0, (400, 3))
    return make_prediction(joints)


@pytest.fixture
def sweep() -> Sweep:
    """The index fingertip scatters by a tenth of the blur, the thumb's by 3 mm always."""
    result = Sweep(512.0, ("past", "middle", "future"))
    for step, blur in enumerate((0.0, 20.0, 40.0, 80.0)):
        result = result + measure(hands({8: 0.1 * blur + 1.0, 4: 3.0}, seed=step), blur)
    return result


def test_spread_is_that_of_the_hypotheses(sweep) -> None:
    prediction = hands({8: 9.0, 4: 3.0}, seed=3)
    step = measure(prediction, 80.0)
    assert step.spread_mm.mean() == pytest.approx(spread_mm(prediction.joints))
    assert step.spread_mm[:, 8] == pytest.approx(9.0, rel=0.15)
    assert step.mean_error_mm is None


def test_the_joint_that_grows_comes_first_with_its_slope(sweep) -> None:
    (
        first,
        *_,
    ) = sweep.growths()
    assert JOINT_NAMES[first.joint] == "index_tip"
    assert first.mm_per_10_px == pytest.approx(1.0, rel=0.15)
    assert first.rank_correlation == 1.0
    assert first.blurred_mm > 5.0 * first.sharp_mm
    thumb = next(growth for growth in sweep.growths() if JOINT_NAMES[growth.joint] == "thumb_tip")
    assert abs(thumb.mm_per_10_px) < 0.1
    assert len(sweep.growths()) == 20, "the wrist is where all is measured from"


def test_curves_average_what_is_not_named(sweep) -> None:
    everything = sweep.spread_mm
    assert np.allclose(sweep.curve(), everything.mean((1, 2)))
    assert np.allclose(sweep.curve(joint=8), everything[:, :, 8].mean(1))
    assert np.allclose(sweep.curve(timestep=2), everything[:, 2].mean(1))
    assert np.allclose(sweep.curve(8, 1), everything[:, 1, 8])


def test_frames_in_which_nothing_moves_have_no_slope() -> None:
    still = Sweep(512.0, ("past", "middle", "future"))
    for seed in range(3):
        still = still + measure(hands({8: 2.0}, seed), 0.0)
    assert all(growth.mm_per_10_px == 0.0 and np.isnan(growth.rank_correlation) for growth in still.growths())


def test_blur_in_crop_pixels_allows_comparing_photos(sweep) -> None:
    assert np.allclose(sweep.blur_crop_px, sweep.blur_px / 2.0)


def test_steps_may_come_in_any_order() -> None:
    whole = Sweep(100.0, ("past", "middle", "future"))
    for blur in (30.0, 0.0, 10.0):
        whole = whole + measure(hands({8: 1.0}), blur)
    assert list(whole.blur_px) == [0.0, 10.0, 30.0]


def test_errors_are_told_where_the_truth_is_known() -> None:
    hand = moving_hand(0.1)
    prediction = make_prediction(np.stack([hand, hand + np.linspace(0, 0.02, 21)[:, None]]))
    step = measure(prediction, 5.0, Truth(hand, hand, INTRINSICS))
    assert step.best_error_mm == pytest.approx(0.0, abs=1e-3) and step.mean_error_mm > 1.0


def test_joints_are_needed() -> None:
    with pytest.raises(InputError, match="joints"):
        measure(prediction_from_meshes(moving_hand(0.1)[None], np.array([[0, 1, 2]])), 0.0)


def test_the_file_holds_every_joint_and_timestep(sweep, tmp_path) -> None:
    path = tmp_path / "sweep.csv"
    sweep.write_csv(path)
    rows = list(csv.DictReader(path.open()))
    assert [float(row["blur_px"]) for row in rows] == [0.0, 20.0, 40.0, 80.0]
    assert float(rows[3]["blur_px_of_256_crop"]) == 40.0
    assert rows[0]["mean_error_mm"] == ""
    for row, values in zip(rows, sweep.spread_mm, strict=True):
        assert float(row["spread_mm"]) == pytest.approx(values.mean(), abs=1e-3)
        assert float(row["spread_index_tip_future_mm"]) == pytest.approx(values[2, 8], abs=1e-3)
        assert float(row["spread_pinky_1_past_mm"]) == pytest.approx(values[0, JOINT_NAMES.index("pinky_1")], abs=1e-3)
    assert sum(name.startswith("spread_") for name in rows[0]) == 1 + 3 + 60


@given(st.lists(st.integers(-5, 5), min_size=3, max_size=30).flatmap(
    lambda first: st.tuples(st.just(first), st.lists(st.integers(-5, 5), min_size=len(first), max_size=len(first)))
))  # fmt: skip
def test_rank_correlation_is_spearmans(pair) -> None:
    first, second = (np.array(values) for values in pair)
    ours = rank_correlation(first, second)
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        assert np.isnan(ours)
    else:
        assert ours == pytest.approx(spearmanr(first, second).statistic, abs=1e-9)


def test_steps_go_from_sharp_to_the_longest() -> None:
    assert np.allclose(blur_steps(80.0, 5), [0, 20, 40, 60, 80])
    for longest, count in ((80.0, 1), (80.0, MAX_STEPS + 1), (0.0, 5), (5000.0, 5)):
        with pytest.raises(InputError, match="choose"):
            blur_steps(longest, count)
