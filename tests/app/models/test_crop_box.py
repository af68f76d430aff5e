"""Dragging the box: it never leaves the photo, never turns inside out."""

from hypothesis import given
from hypothesis import strategies as st

from handviz.app.models.crop_box import MIN_SIDE, Grip, dragged, grip_at, spanned

SIDE = st.sampled_from((-1, 0, 1))
SHIFT = st.floats(-900, 900)


@given(st.floats(0, 500), st.floats(0, 300), st.floats(8, 140), st.floats(8, 180), SIDE, SIDE, SHIFT, SHIFT)
def test_a_dragged_box_stays_inside_the_photo_and_keeps_a_size(x, y, w, h, horizontal, vertical, dx, dy) -> None:
    left, top, width, height = dragged((x, y, w, h), Grip(horizontal, vertical), dx, dy, 640, 480)
    assert width >= MIN_SIDE - 1e-6 and height >= MIN_SIDE - 1e-6
    assert left >= 0 and top >= 0
    assert left + width <= 640 + 1e-6 and top + height <= 480 + 1e-6
    if (horizontal, vertical) == (0, 0):
        assert abs(width - w) < 1e-6 and abs(height - h) < 1e-6


def test_each_edge_moves_alone() -> None:
    box = (100, 100, 50, 40)
    assert dragged(box, Grip(-1, 0), 10, 99, 640, 480) == (110, 100, 40, 40)
    assert dragged(box, Grip(1, 1), 10, 20, 640, 480) == (100, 100, 60, 60)
    assert dragged(box, Grip(0, 0), 5, -5, 640, 480) == (105, 95, 50, 40)


def test_grips_are_found_at_edges_corners_and_inside() -> None:
    box = (100, 100, 50, 40)
    assert grip_at(box, 100, 120, 5) == Grip(-1, 0)
    assert grip_at(box, 151, 141, 5) == Grip(1, 1)
    assert grip_at(box, 125, 120, 5) == Grip(0, 0)
    assert grip_at(box, 160, 120, 5) is None


def test_a_drawn_box_is_clipped_and_tiny_ones_are_refused() -> None:
    assert spanned(50, 60, -20, 20, 640, 480) == (0, 20, 50, 40)
    assert spanned(50, 60, 52, 200, 640, 480) is None
