"""Hands between the timesteps."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handviz.hypotheses.motion import at_time, timestep_weights

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
