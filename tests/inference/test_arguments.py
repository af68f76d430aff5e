"""What a prediction is asked with: used as meant or refused in a sentence."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handviz.errors import InputError
from handviz.geometry.cameras import CROP_SCALE, crop_square, default_intrinsics
from handviz.inference.arguments import check_box, check_intrinsics, check_request

anything = st.floats(allow_nan=True, allow_infinity=True, width=64)


@given(box=st.tuples(anything, anything, anything, anything))
def test_any_four_numbers_give_a_box_on_the_photo_or_a_sentence(box):
    try:
        checked = check_box(box, 640, 480)
    except InputError as error:
        assert "box" in str(error).lower()
    else:
        x, y, w, h = checked
        assert 0 <= x < x + w <= 640 * (1 + 1e-12) and 0 <= y < y + h <= 480 * (1 + 1e-12)


@given(x=st.floats(0, 500), y=st.floats(0, 400), w=st.floats(10, 140), h=st.floats(10, 80))
def test_a_box_inside_stays_as_it_is(x, y, w, h):
    np.testing.assert_allclose(check_box((x, y, w, h), 640, 480), (x, y, w, h), atol=1e-9)


def test_a_box_partly_outside_is_cut():
    np.testing.assert_array_equal(check_box((-50, 400, 100, 200), 640, 480), (0, 400, 50, 80))
    np.testing.assert_array_equal(check_box((-1e9, -1e9, 1e12, 1e12), 640, 480), (0, 0, 640, 480))


@pytest.mark.parametrize(
    ("box", "words"),
    [
        ((0, 0, math.nan, 5), "not finite"),
        ((0, math.inf, 5, 5), "not finite"),
        ((5, 5, 0, 5), "no width"),
        ((5, 5, 5, -5), "no height"),
        ((700, 10, 50, 50), "outside the photo of 640 x 480"),
        ((10, -60, 50, 50), "outside"),
        ((10, 10, 1, 1), "too small"),
        ((1, 2, 3), "four numbers"),
        ("hand", "four numbers"),
        ([[1, 2, 3, 4]], "four numbers"),
        ((None, 1, 2, 3), "not finite|four numbers"),
    ],
)
def test_bad_boxes(box, words):
    with pytest.raises(InputError, match=words):
        check_box(box, 640, 480)


def test_crop_is_a_square_around_the_middle_of_the_box():
    square = crop_square(np.array([100.0, 50.0, 40.0, 80.0]))
    assert square[2] == square[3] == 80 * CROP_SCALE
    np.testing.assert_allclose(square[:2] + square[2:] / 2, (120, 90))


@pytest.mark.parametrize("hand_", ["both", "", 1])
def test_unknown_hands(hand_):
    with pytest.raises(InputError, match="left"):
        check_request(hand_, 16, 0)


@pytest.mark.parametrize(
    ("hypotheses", "seed"), [(0, 0), (1001, 0), (1.5, 0), (True, 0), ("16", 0), (16, -1), (16, 2**63), (16, None)]
)
def test_requests_out_of_range(hypotheses, seed):
    with pytest.raises(InputError, match="whole number"):
        check_request(None, hypotheses, seed)


def test_requests_in_range():
    for request_ in (("left", 1, 0), (None, 1000, 2**63 - 1), ("right", np.int64(16), np.int32(3))):
        check_request(*request_)


def test_intrinsics():
    np.testing.assert_array_equal(check_intrinsics(None, 640, 480), default_intrinsics(640, 480))
    matrix = np.array([[500.0, 0, 300], [0, 510, 200], [0, 0, 1]])
    np.testing.assert_array_equal(check_intrinsics(matrix, 640, 480), matrix)
    for bad in (np.eye(2), np.full((3, 3), np.nan), np.diag([-1.0, 1, 1]), np.diag([1.0, 1, 0]), "camera"):
        with pytest.raises(InputError, match="intrinsics"):
            check_intrinsics(bad, 640, 480)
