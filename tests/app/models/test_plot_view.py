"""Plot units in pixels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handviz.app.models.plot_view import PlotView, ticks

AREA = (40.0, 10.0, 300.0, 200.0)
number = st.floats(-500, 500)
size = st.floats(0.5, 500)


@given(number, number, size, size, st.booleans(), st.booleans())
def test_what_is_to_be_shown_lies_in_the_middle_of_the_area(x, y, width, height, square, upwards) -> None:
    view = PlotView.fitting((x, y), (x + width, y + height), AREA, square, upwards)
    pixels = view.to_pixels(np.array([[x, y], [x + width, y + height]]))
    low, high = pixels.min(0), pixels.max(0)
    assert (low >= np.array([40, 10]) - 1e-6).all() and (high <= np.array([340, 210]) + 1e-6).all()
    np.testing.assert_allclose((low + high) / 2, [190, 110], atol=1e-6)
    assert (pixels[0, 1] > pixels[1, 1]) == upwards
    if square:
        assert abs(view.scale_x) == pytest.approx(abs(view.scale_y))
        assert (high - low == pytest.approx(np.array([300, 200]), abs=1e-6)) or (
            min(300 - (high - low)[0], 200 - (high - low)[1]) == pytest.approx(0, abs=1e-6)
        )
    else:
        np.testing.assert_allclose(high - low, [300, 200])


@given(number, number, st.floats(0.2, 5), number, number)
def test_zoom_keeps_its_place_and_pan_moves_by_pixels(x, y, factor, right, down) -> None:
    view = PlotView.fitting((-3.0, -2.0), (5.0, 4.0), AREA, square=True, upwards=True)
    point = np.array([x, y])
    np.testing.assert_allclose(view.to_pixels(view.to_plot(point)), point, atol=1e-6)
    np.testing.assert_allclose(view.zoomed(factor, x, y).to_plot(point), view.to_plot(point), atol=1e-6)
    moved = view.panned(right, down)
    np.testing.assert_allclose(moved.to_pixels(view.to_plot(point)), point + np.array([right, down]), atol=1e-6)


@given(number, st.floats(0.01, 400), st.integers(1, 9))
def test_ticks_are_round_few_and_within_the_ends(low, span, most) -> None:
    values = ticks(low, low + span, most)
    assert len(values) <= most + 1
    for value, text in values:
        assert low - 1e-6 <= value <= low + span + 1e-6
        assert float(text.replace("−", "-")) == pytest.approx(value, abs=1e-9)
