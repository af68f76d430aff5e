"""Points inside an outline."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from handviz.geometry.polygons import inside

SQUARE = np.array([[0, 0], [4, 0], [4, 4], [0, 4]], float)


def test_a_square_and_a_notch() -> None:
    points = np.array([[1, 1], [3, 2], [5, 2], [-1, 2], [2, 5], [2, -1]], float)
    assert inside(points, SQUARE).tolist() == [True, True, False, False, False, False]
    notched = np.array([[0, 0], [4, 0], [2, 2], [4, 4], [0, 4]], float)
    assert inside(points, notched).tolist() == [True, False, False, False, False, False]


def test_where_an_outline_crosses_itself_twice_covered_is_outside() -> None:
    twice = np.concatenate([SQUARE, [[0, 0], [2, 0], [2, 2], [0, 2]]])
    assert inside(np.array([[1.0, 1.0], [3.0, 3.0]]), twice).tolist() == [False, True]


def test_fewer_than_three_corners_hold_nothing() -> None:
    assert not inside(np.array([[1.0, 1.0]]), SQUARE[:2]).any()
    assert inside(np.zeros((0, 2)), SQUARE).shape == (0,)


@given(st.lists(st.tuples(st.floats(-2, 6), st.floats(-2, 6)), min_size=1, max_size=20), st.integers(0, 3))
def test_neither_where_it_starts_nor_which_way_it_runs_matters(points, shift) -> None:
    points = np.array(points)
    # On the very edge either answer is right.
    points = points[(np.abs(points) > 1e-6).all(1) & (np.abs(points - 4) > 1e-6).all(1)]
    expected = ((points > 0) & (points < 4)).all(1)
    assert (inside(points, np.roll(SQUARE, shift, 0)) == expected).all()
    assert (inside(points, SQUARE[::-1]) == expected).all()
