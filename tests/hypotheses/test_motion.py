"""Hands between the timesteps."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handviz.hypotheses.motion import (
    at_time,
    direction_words,
    fingertip_motion_mm,
    motion_directions,
    percentages,
    summary,
    timestep_weights,
)

RNG = np.random.default_rng(5)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 7])
def test_the_timesteps_themselves_are_met_and_the_ends_hold(count: int) -> None:
    for timestep in range(count):
        np.testing.assert_allclose(timestep_weights(timestep, count), np.eye(count)[timestep], atol=1e-12)
    np.testing.assert_allclose(timestep_weights(-5.0, count), timestep_weights(0.0, count))
    np.testing.assert_allclose(timestep_weights(99.0, count), timestep_weights(count - 1, count))


@given(st.floats(0, 6), st.integers(1, 7))
def test_weights_sum_to_one_so_that_still_hands_stay_still(time: float, count: int) -> None:
    assert timestep_weights(time, count).sum() == pytest.approx(1.0)


@given(st.floats(0, 5))
def test_time_that_runs_backwards_passes_the_same_places(time: float) -> None:
    np.testing.assert_allclose(timestep_weights(5 - time, 6), timestep_weights(time, 6)[::-1], atol=1e-9)


@pytest.mark.parametrize("count", [3, 5])
def test_even_and_evenly_faster_motion_is_followed_exactly(count: int) -> None:
    start, speed, gain = RNG.normal(size=(3, 4, 21, 3))
    path = lambda t: start + speed * t + gain * t * t  # noqa: E731
    sequence = np.stack([path(t) for t in range(count)], 1)
    for time in np.linspace(0, count - 1, 9):
        np.testing.assert_allclose(at_time(sequence, time), path(time), atol=2e-5)


def test_motion_has_no_jolt() -> None:
    sequence = RNG.normal(size=(1, 6, 1, 1))
    times = np.linspace(0, 5, 2001)
    speed = np.diff([at_time(sequence, time).item() for time in times]) / np.diff(times)
    assert np.abs(np.diff(speed)).max() < 0.1


def motions(*groups: tuple[int, tuple[float, float, float]]) -> np.ndarray:
    return np.concatenate([np.tile(np.array(vector, float), (count, 1)) for count, vector in groups])


def test_which_way_it_moved_is_said_in_words_and_whole_percents() -> None:
    found = motion_directions(motions((62, (-20, 18, 3)), (38, (22, -19, 0))))
    assert summary(found) == "62% towards the lower left, 38% the other way"
    assert [direction.kind for direction in found] == ["along", "back"]
    np.testing.assert_allclose(found[0].way, -found[1].way)


def test_hands_that_rest_and_those_that_go_astray_are_told_apart() -> None:
    found = motion_directions(motions((5, (30, 0, 0)), (3, (0, 1, 0)), (2, (0, 30, 0))))
    assert {d.kind: (round(d.share, 3), d.words) for d in found} == {
        "along": (0.5, "to the right"), "still": (0.3, "still"), "other": (0.2, "other ways"),
    }  # fmt: skip
    # The way back comes before what says less.
    assert [d.kind for d in motion_directions(motions((4, (9, 0, 0)), (4, (0, 0, 0)), (2, (-9, 0, 0))))] == [
        "along", "back", "still",
    ]  # fmt: skip
    assert summary(motion_directions(np.zeros((4, 3)))) == "100% still"


def test_depth_is_named_when_it_is_most_of_the_way() -> None:
    assert direction_words(np.array([0.1, 0.1, 1.0])) == "away from the camera"
    assert direction_words(np.array([0.1, 0.1, -1.0])) == "towards the camera"
    words = [direction_words(np.array([np.cos(a), np.sin(a), 0])) for a in np.arange(8) * np.pi / 4]
    assert len(set(words)) == 8 and words[2] == "downwards" and words[7] == "towards the upper right"


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8).filter(lambda shares: sum(shares) > 0.1))
def test_percents_sum_to_a_hundred_and_are_off_by_less_than_one(shares: list[float]) -> None:
    exact = np.array(shares) / sum(shares)
    whole = percentages(exact.tolist())
    assert sum(whole) == 100
    assert np.abs(np.array(whole) - 100 * exact).max() < 1.0 + 1e-6


def test_fingertips_alone_count() -> None:
    joints = np.zeros((1, 3, 21, 3))
    joints[0, 2, [4, 8, 12, 16, 20], 0] = 0.03
    joints[0, 2, 1, 1] = 5.0
    np.testing.assert_allclose(fingertip_motion_mm(joints), [[30.0, 0.0, 0.0]])
