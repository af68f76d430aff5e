"""Cameras of the viewport."""

import numpy as np
import pytest
from synthetic import make_prediction

from handviz.app.models.view import CAMERA, MAX_SPEED, STANDARD_VIEWS, ViewModel
from handviz.geometry.cameras import project


@pytest.fixture
def view() -> ViewModel:
    model = ViewModel()
    model.set_photo_size(320, 240)
    model.show_prediction(make_prediction(), keep_view=False)
    return model


def inside(view: ViewModel, width: int = 600, height: int = 400) -> bool:
    pixels = view.camera(width, height).project(make_prediction().joints.reshape(-1, 3))
    return bool((pixels >= 0).all() and (pixels <= [width, height]).all())


@pytest.mark.parametrize("name", STANDARD_VIEWS)
def test_every_standard_view_holds_the_hand(view: ViewModel, name: str) -> None:
    view.orbit_by(2.0, 1.0)
    view.zoom_by(30.0, 0, 0)
    view.look(name)
    assert inside(view)


def test_standard_views_look_from_where_they_say(view: ViewModel) -> None:
    centres = {}
    for name in STANDARD_VIEWS:
        view.look(name)
        matrix = view.camera(600, 400).camera_from_world
        centres[name] = -matrix[:3, :3].T @ matrix[:3, 3] - np.array(view.orbit.target)
    # Camera coordinates: x right, y down, z forward.
    assert np.abs(centres["front"]).argmax() == 2 and centres["front"][2] < 0
    assert np.abs(centres["side"]).argmax() == 0
    assert np.abs(centres["top"]).argmax() == 1 and centres["top"][1] < 0


@pytest.mark.parametrize("pixel_ratio", [1.0, 2.0])
def test_over_the_photo_meshes_lie_exactly_where_the_photo_shows_them(view: ViewModel, pixel_ratio: float) -> None:
    prediction = make_prediction()
    view.look(CAMERA)
    view.zoom_by(1.7, 200, 100)
    view.pan_by(13, -7, 400)
    camera = view.camera(600, 400, pixel_ratio)
    transform = view.photo_transform(600, 400)
    in_photo = project(prediction.joints, prediction.intrinsics)
    expected = np.array([transform.left, transform.top]) + transform.scale * in_photo
    np.testing.assert_allclose(camera.project(prediction.joints) / pixel_ratio, expected, atol=1e-2)
    assert (camera.width, camera.height) == (600 * pixel_ratio, 400 * pixel_ratio)


def test_orbiting_leaves_the_photo_and_starts_at_its_camera(view: ViewModel) -> None:
    view.look(CAMERA)
    view.orbit_by(0.1, 0.0)
    assert not view.over_photo
    assert view.orbit.yaw == pytest.approx(0.1) and view.orbit.pitch == 0


def test_panning_moves_the_hand_with_the_pointer(view: ViewModel) -> None:
    target = np.array(view.orbit.target)
    view.orbit_by(0.4, 0.3)
    before = view.camera(600, 400).project(target)
    view.pan_by(25, -10, 400)
    np.testing.assert_allclose(view.camera(600, 400).project(target) - before, (25, -10), atol=0.01)


def test_recentring_brings_the_point_to_the_middle(view: ViewModel) -> None:
    view.orbit_by(0.7, 0.2)
    camera = view.camera(600, 400)
    point = make_prediction().joints[3, 1, 8]
    depth = camera.to_camera(point)[2]
    view.recentre(camera, *camera.project(point), depth)
    np.testing.assert_allclose(view.camera(600, 400).project(point), (300, 200), atol=0.05)


def test_the_same_video_keeps_its_angle_and_zoom(view: ViewModel) -> None:
    view.orbit_by(0.5, 0.1)
    view.zoom_by(2.0, 0, 0)
    distance = view.orbit.distance
    view.show_prediction(make_prediction(seed=5), keep_view=True)
    assert view.orbit.yaw == pytest.approx(0.5) and view.orbit.distance == distance
    view.show_prediction(make_prediction(seed=6), keep_view=False)
    assert view.orbit.yaw == pytest.approx(0.5) and view.orbit.distance != distance


def test_colouring_display_and_marks_are_told_once(view: ViewModel) -> None:
    told = []
    view.content_changed.connect(lambda: told.append(1))
    for _ in range(2):
        view.set_coloring("score")
        view.set_display("mean")
        view.set_ghost(False)
        view.set_trails(True)
        view.set_show_truth(True)
    assert len(told) == 5
    with pytest.raises(ValueError, match="timestep, score"):
        view.set_coloring("mood")
    with pytest.raises(ValueError, match="all, representatives"):
        view.set_display("some")


def test_time_stays_inside_the_exposure_and_ends_with_the_play(view: ViewModel) -> None:
    told = []
    view.time_changed.connect(lambda: told.append((view.time, view.playing)))
    view.set_playing(True)
    view.set_time(9.0)
    view.set_time(None)
    assert told == [(0.0, True), (2.0, True), (None, False)]
    view.set_speed(100.0)
    assert view.speed == MAX_SPEED
