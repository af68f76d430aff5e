"""Laws of cameras: projections agree whichever way they are computed."""

import numpy as np
import pytest

from handviz.geometry.cameras import Camera, CropCamera, default_intrinsics, pinhole_intrinsics, project
from handviz.geometry.orbit import OrbitView


def _homogeneous(homography: np.ndarray, pixels: np.ndarray) -> np.ndarray:
    mapped = np.concatenate([pixels, np.ones((*pixels.shape[:-1], 1))], -1) @ homography.T
    return mapped[..., :2] / mapped[..., 2:]


@pytest.mark.parametrize("mirrored", [False, True])
def test_points_posed_in_the_crop_project_onto_the_photo(mirrored: bool) -> None:
    intrinsics = default_intrinsics(1280, 720)
    crop = CropCamera.from_box(np.array([900, 380, 200, 240]), intrinsics, mirrored)
    points = np.random.default_rng(0).uniform(-0.1, 0.1, (40, 3)) + np.array([0.02, -0.03, 0.6])
    size = 256
    in_crop = project(points, pinhole_intrinsics(crop.crop_focal * size, size, size))
    in_photo = project(crop.points_to_camera(points), intrinsics)
    np.testing.assert_allclose(_homogeneous(crop.homography(size), in_photo), in_crop, atol=1e-6)


def test_the_box_centre_is_the_crop_centre_and_the_box_fills_the_crop() -> None:
    intrinsics = default_intrinsics(640, 480)
    box = np.array([400.0, 100.0, 120.0, 80.0])
    homography = CropCamera.from_box(box, intrinsics).homography(200)
    np.testing.assert_allclose(_homogeneous(homography, np.array([460.0, 140.0])), [100.0, 100.0], atol=1e-9)
    corners = _homogeneous(homography, np.array([[400.0, 140.0], [520.0, 140.0]]))
    assert corners[1, 0] - corners[0, 0] == pytest.approx(200.0, rel=0.1)


def test_rotations_and_points_turn_alike() -> None:
    crop = CropCamera.from_box(np.array([10, 20, 50, 50]), default_intrinsics(640, 480), mirrored=True)
    rotation = np.linalg.qr(np.random.default_rng(1).standard_normal((3, 3)))[0]
    rotation *= np.sign(np.linalg.det(rotation))
    bone = np.array([[0.1, 0.02, -0.03]])
    # The mirrored hand's bone is the mirror image; turning it must give the mirrored crop point in the photo's frame.
    flip = np.diag([-1.0, 1.0, 1.0])
    expected = crop.points_to_camera(bone @ rotation.T)
    np.testing.assert_allclose((bone @ flip) @ crop.rotations_to_camera(rotation).T, expected, atol=1e-9)
    assert np.linalg.det(crop.rotations_to_camera(rotation)) == pytest.approx(1.0)


def test_camera_resized_keeps_the_view() -> None:
    camera = Camera(pinhole_intrinsics(500.0, 640, 480), np.eye(4), 640, 480)
    points = np.array([[0.1, -0.05, 0.7]])
    np.testing.assert_allclose(camera.resized(320, 240).project(points), camera.project(points) / 2)


class TestOrbitView:
    def test_framing_holds_all_points(self) -> None:
        points = np.random.default_rng(2).uniform(-0.2, 0.3, (100, 3))
        pixels = OrbitView.framing(points, yaw=0.5, pitch=0.3).camera(400, 400).project(points)
        assert (pixels > 0).all() and (pixels < 400).all()

    def test_unturned_view_looks_as_the_photo_does(self) -> None:
        view = OrbitView(target=(0.0, 0.0, 0.5), distance=0.5)
        camera = view.camera(100, 100)
        np.testing.assert_allclose(camera.camera_from_world, np.eye(4), atol=1e-12)

    def test_positive_yaw_walks_right_and_positive_pitch_up(self) -> None:
        view = OrbitView(target=(0.0, 0.0, 0.0), distance=1.0).orbited(0.3, 0.2)
        matrix = view.camera(100, 100).camera_from_world
        centre = -matrix[:3, :3].T @ matrix[:3, 3]
        assert centre[0] > 0 and centre[1] < 0
        assert np.linalg.norm(centre) == pytest.approx(1.0)

    def test_panning_moves_the_target_in_the_picture_plane(self) -> None:
        view = OrbitView().orbited(0.7, -0.4)
        moved = view.panned(0.05, 0.0)
        offset = np.array(moved.target) - np.array(view.target)
        assert np.linalg.norm(offset) == pytest.approx(0.05)
        assert abs((view.rotation() @ offset)[2]) < 1e-12

    def test_pitch_stops_before_the_poles(self) -> None:
        assert abs(OrbitView().orbited(0.0, 10.0).pitch) < np.pi / 2
