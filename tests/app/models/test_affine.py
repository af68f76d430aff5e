"""Zoom, pan and the camera that looks over the photo."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from handviz.app.models.affine import PhotoTransform, around
from handviz.geometry.cameras import default_intrinsics, project

coordinate = st.floats(-2000, 2000)
transforms = st.builds(PhotoTransform, st.floats(0.05, 20), coordinate, coordinate)


@given(transforms, coordinate, coordinate)
def test_pane_and_photo_are_inverse(transform, x, y) -> None:
    np.testing.assert_allclose(transform.to_photo(*transform.to_pane(x, y)), (x, y), atol=1e-6)


@given(transforms, coordinate, coordinate, st.floats(0.2, 5))
def test_the_place_under_the_pointer_stays_there(transform, x, y, factor) -> None:
    before = transform.to_photo(x, y)
    np.testing.assert_allclose(transform.zoomed_at(x, y, factor).to_photo(x, y), before, atol=1e-6)


@given(transforms, st.floats(1, 3))
def test_the_camera_over_the_photo_projects_where_the_photo_is_drawn(transform, pixel_ratio) -> None:
    points = np.random.default_rng(0).normal([0, 0, 0.6], 0.1, (20, 3))
    intrinsics = default_intrinsics(640, 480)
    in_photo = project(points, intrinsics)
    in_pane = project(points, transform.intrinsics(intrinsics, pixel_ratio)) / pixel_ratio
    np.testing.assert_allclose(in_pane, [transform.to_pane(x, y) for x, y in in_photo], rtol=1e-6, atol=1e-4)


def test_a_region_is_fitted_whole_and_centred() -> None:
    transform = PhotoTransform.fitting((100, 50, 200, 100), 400, 400)
    assert transform.to_pane(100, 100) == (0, 200)
    assert transform.to_pane(300, 100) == (400, 200)


def test_the_surroundings_of_a_box_stay_inside_the_photo() -> None:
    assert around((10, 10, 100, 50), 0.5, 640, 480) == (0, 0, 160, 110)
    assert around((-500, 0, 10, 10), 0.1, 640, 480) == (0, 0, 640, 480)
