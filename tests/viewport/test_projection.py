"""Every backend shows a point where Camera.project says, whatever the camera."""

import numpy as np
import pytest
from viewport_recording import Recorder, balls, dominant

from handviz.geometry.cameras import Camera
from handviz.geometry.rotations import axis_angle_to_matrix

RADIUS = 0.004
BACKGROUND = (0.0, 0.0, 0.0)


def camera(focal: tuple[float, float], principal: tuple[float, float], turn: tuple[float, float, float]) -> Camera:
    """A camera of 320x240 pixels that looks towards (0, 0, 0.5) from a turned place."""
    camera_from_world = np.eye(4)
    rotation = axis_angle_to_matrix(np.array(turn))
    camera_from_world[:3, :3] = rotation
    camera_from_world[:3, 3] = np.array([0.0, 0.0, 0.6]) - rotation @ np.array([0.0, 0.0, 0.5])
    intrinsics = np.array([[focal[0], 0.0, principal[0]], [0.0, focal[1], principal[1]], [0.0, 0.0, 1.0]])
    return Camera(intrinsics, camera_from_world, 320, 240)


CAMERAS = {
    "plain": camera((300, 300), (160, 120), (0, 0, 0)),
    "turned": camera((320, 320), (160, 120), (0.3, -0.8, 0.2)),
    "principal point off the centre": camera((300, 300), (100.5, 150.25), (0, 0.4, 0)),
    "principal point off the picture": camera((700, 700), (-150, 400), (0.1, 0.0, 0.0)),
    "pixels not square": camera((420, 260), (170, 110), (-0.4, 0.2, 0.1)),
    "long lens": camera((2600, 2600), (160, 120), (0, 0, 0)),
    "wide lens": camera((90, 90), (160, 120), (0.2, 0.2, 0)),
}


def aimed(camera: Camera, spread: float = 60.0) -> np.ndarray:
    """Three world points (3, 3) that this camera sees within `spread` pixels of the picture's middle."""
    pixels = np.array([[160.0, 120.0, 1.0], [160.0 - spread, 120.0 + 0.6 * spread, 1.0], [160 + spread, 120, 1.0]])
    depths = np.array([0.55, 0.6, 0.7])
    points = (pixels @ np.linalg.inv(camera.intrinsics).T) * depths[:, None]
    return (points - camera.camera_from_world[:3, 3]) @ camera.camera_from_world[:3, :3]


@pytest.fixture(scope="module", params=["embree", "legacy", "filament"])
def backend(request, works) -> Recorder:
    if not works(request.param):
        pytest.skip(f"{request.param} does not work on this machine")
    recording = Recorder(request.param)
    with recording.client:
        yield recording
        assert all(status.backend == request.param for status in recording.statuses), recording.statuses


@pytest.mark.parametrize("name", CAMERAS)
def test_points_appear_where_the_camera_projects_them(backend: Recorder, name: str) -> None:
    camera = CAMERAS[name]
    points = aimed(camera)
    radius = 8.0 * 0.55 / max(camera.intrinsics[0, 0], camera.intrinsics[1, 1])
    backend.client.set_meshes(*balls(points[:, None], radius))
    backend.client.set_colors(np.eye(3)[:, None])
    backend.client.set_background(BACKGROUND)
    image = backend.picture(camera).image
    assert image.shape == (240, 320, 3)
    for channel, point in enumerate(points):
        rows, columns = np.nonzero(dominant(image, channel))
        centre = np.array([columns.mean() + 0.5, rows.mean() + 0.5])
        assert np.abs(centre - camera.project(point)).max() < 1.0


@pytest.mark.parametrize("name", ["plain", "principal point off the centre"])
def test_quick_pictures_project_the_same(backend: Recorder, name: str) -> None:
    camera = CAMERAS[name]
    points = aimed(camera)
    backend.client.set_meshes(*balls(points[:, None], 0.02))
    backend.client.set_colors(np.eye(3)[:, None])
    backend.client.set_background(BACKGROUND)
    for _ in range(3):
        image = backend.picture(camera, full_detail=False).image
        for channel, point in enumerate(points):
            rows, columns = np.nonzero(dominant(image, channel))
            centre = np.array([columns.mean() + 0.5, rows.mean() + 0.5])
            assert np.abs(centre - camera.project(point)).max() < 1.5


def test_a_picture_stands_behind_the_meshes_unchanged(backend: Recorder) -> None:
    camera = CAMERAS["principal point off the centre"]
    points = aimed(camera)
    photo = np.random.default_rng(3).integers(0, 256, (240, 320, 3), np.uint8)
    backend.client.set_meshes(*balls(points[:, None], RADIUS))
    backend.client.set_colors(np.eye(3)[:, None])
    backend.client.set_background(photo)
    image = backend.picture(camera).image
    distance = np.linalg.norm(
        np.indices((240, 320)).transpose(1, 2, 0)[:, :, None] - camera.project(points)[:, ::-1], axis=3
    )
    away = distance.min(2) > 12
    assert np.array_equal(image[away], photo[away])
    assert not np.array_equal(image[distance.min(2) < 2], photo[distance.min(2) < 2])


def test_nearer_meshes_hide_farther_ones(backend: Recorder) -> None:
    camera = CAMERAS["turned"]
    ray = aimed(camera)[0]
    eye = -camera.camera_from_world[:3, :3].T @ camera.camera_from_world[:3, 3]
    centres = np.stack([eye + (ray - eye) * factor for factor in (1.3, 0.8, 1.0)])
    backend.client.set_meshes(*balls(centres[:, None], 0.02))
    backend.client.set_colors(np.eye(3)[:, None])
    backend.client.set_background(BACKGROUND)
    column, row = np.round(camera.project(ray)).astype(int)
    for visible, channel in (([1, 1, 1], 1), ([1, 0, 1], 2), ([1, 0, 0], 0)):
        backend.client.set_visible(np.array(visible, bool)[:, None])
        image = backend.picture(camera).image
        assert dominant(image, channel)[row, column]
