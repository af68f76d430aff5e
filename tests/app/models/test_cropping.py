"""Which part of a photo a thumbnail shows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handviz.app.models.cropping import thumbnail_region


@given(
    st.integers(1, 5000), st.integers(1, 5000), st.floats(-100, 5000), st.floats(-100, 5000), st.floats(1, 6000),
    st.floats(1, 6000),
)  # fmt: skip
def test_the_part_always_lies_inside_the_photo(width, height, x, y, w, h) -> None:
    left, top, right, bottom = thumbnail_region((x, y, w, h), width, height, 1.44)
    assert 0 <= left < right <= width and 0 <= top < bottom <= height


def test_the_box_lies_in_the_middle_with_a_margin() -> None:
    left, top, right, bottom = thumbnail_region((400, 300, 100, 80), 1000, 800, 1.44)
    assert left < 400 and right > 500 and top < 300 and bottom > 380
    assert (left + right) / 2 == pytest.approx(450, abs=1) and (top + bottom) / 2 == pytest.approx(340, abs=1)
    assert (right - left) / (bottom - top) == pytest.approx(1.44, rel=0.02)


def test_without_a_box_the_whole_photo_is_shown() -> None:
    assert thumbnail_region(None, 640, 480, 1.44) == (0, 0, 640, 480)
