"""The flat map of hypotheses."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from handviz.hypotheses.embedding import classical_map


def distances_of(points: np.ndarray) -> np.ndarray:
    return np.linalg.norm(points[:, None] - points[None], axis=-1)


def test_points_of_a_plane_come_back_up_to_a_turn() -> None:
    points = np.random.default_rng(0).normal(0, 20, (30, 2))
    places, share = classical_map(distances_of(points))
    np.testing.assert_allclose(distances_of(places), distances_of(points), atol=1e-6)
    assert share == pytest.approx(1.0)
    assert places[:, 0].var() >= places[:, 1].var()


def test_the_map_keeps_the_widest_directions_of_more() -> None:
    points = np.random.default_rng(1).normal(0, [30, 10, 2, 1], (200, 4))
    places, share = classical_map(distances_of(points))
    assert 0.9 < share < 1.0
    assert abs(np.corrcoef(places[:, 0], points[:, 0])[0, 1]) > 0.99


@settings(max_examples=40, deadline=None)
@given(arrays(np.float64, st.tuples(st.integers(1, 12), st.just(3)), elements=st.floats(-50, 50)))
def test_any_points_make_a_finite_centred_map_that_depends_on_nothing_else(points) -> None:
    distances = distances_of(points)
    places, share = classical_map(distances)
    assert places.shape == (len(points), 2) and np.isfinite(places).all()
    assert 0.0 <= share <= 1.0 + 1e-9
    np.testing.assert_allclose(places.mean(0), 0, atol=1e-6)
    # Seen from the middle no place lies farther out than the hypothesis it stands for.
    assert (np.linalg.norm(places, axis=1) <= np.linalg.norm(points - points.mean(0), axis=1) + 1e-5).all()
    np.testing.assert_array_equal(classical_map(distances)[0], places)


def test_the_farthest_place_of_each_axis_is_positive() -> None:
    points = np.array([[-50.0, 0], [10, 8], [10, -2], [10, -2], [20, -4]])
    places, _ = classical_map(distances_of(points))
    for axis in range(2):
        assert places[np.abs(places[:, axis]).argmax(), axis] > 0
    assert places[0, 0] > 0


def test_equal_hypotheses_lie_on_one_spot() -> None:
    places, share = classical_map(np.zeros((4, 4)))
    assert (places == 0).all() and share == 1.0
