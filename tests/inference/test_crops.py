"""Crops land where the homography says, at any scale, without aliasing."""

import numpy as np
import pytest

from handviz.geometry.cameras import CropCamera, pinhole_intrinsics, project
from handviz.inference.crops import warp


def smooth(height=300, width=400):
    """Picture whose channels are x / 2 and y / 2 at pixel centres."""
    y, x = np.mgrid[:height, :width] + 0.5
    return np.stack([x / 2, y / 2, np.full_like(x, 50.0)], axis=-1).round().astype(np.uint8)


def scaling(scale, x, y):
    return np.array([[scale, 0, -x * scale], [0, scale, -y * scale], [0, 0, 1.0]])


@pytest.mark.parametrize("scale", [0.25, 0.5, 0.9, 1.0, 2.5])
def test_a_pixel_lands_where_the_matrix_says(scale):
    size = 40
    crop = warp(smooth(), scaling(scale, 120, 80), size).astype(float)
    centres = (np.arange(size) + 0.5) / scale
    np.testing.assert_allclose(crop[5, :, 0], (120 + centres) / 2, atol=1.2)
    np.testing.assert_allclose(crop[:, 5, 1], (80 + centres) / 2, atol=1.2)


def test_identity_is_exact():
    image = np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    np.testing.assert_array_equal(warp(image, np.eye(3), 64), image)
    np.testing.assert_array_equal(warp(image[::-1, ::-1], np.eye(3), 64), image[::-1, ::-1])


def test_mirroring_is_exact():
    image = np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    mirror = np.array([[-1.0, 0, 64], [0, 1, 0], [0, 0, 1]])
    np.testing.assert_array_equal(warp(image, mirror, 64), image[:, ::-1])


def test_fine_texture_averages_out_when_shrunk():
    image = np.zeros((512, 512, 3), np.uint8)
    image[::2] = 255
    crop = warp(image, scaling(64 / 512, 0, 0), 64)[4:-4, 4:-4]
    assert np.abs(crop.astype(float) - 127.5).max() < 12


def test_outside_the_photo():
    image = smooth(50, 50)
    black = warp(image, scaling(1.0, -20, 0), 40, outside=(0, 0, 9))
    assert (black[:, :19] == (0, 0, 9)).all()
    repeated = warp(image, scaling(1.0, -20, 0), 40)
    np.testing.assert_array_equal(repeated[:, :19], np.repeat(image[:40, :1], 19, axis=1))
    for crop in (black, repeated):
        np.testing.assert_array_equal(crop[:, 21:], image[:40, 1:20])
    assert (warp(image, scaling(1.0, 5000, 0), 16, outside=(1, 2, 3)) == (1, 2, 3)).all()


@pytest.mark.parametrize("mirrored", [False, True])
def test_a_bright_point_is_seen_by_the_crop_camera_where_it_projects(mirrored):
    intrinsics = pinhole_intrinsics(400.0, 400, 300)
    point = np.array([0.21, -0.12, 0.6])
    x, y = project(point, intrinsics)
    image = np.zeros((300, 400, 3), np.uint8)
    image[int(y) - 1 : int(y) + 2, int(x) - 1 : int(x) + 2] = 255
    camera = CropCamera.from_box(np.array([300.0, 30.0, 80.0, 80.0]), intrinsics, mirrored)
    size = 160
    crop = warp(image, camera.homography(size), size)[..., 0].astype(float)
    rows, columns = np.mgrid[:size, :size] + 0.5
    seen = np.array([(crop * columns).sum(), (crop * rows).sum()]) / crop.sum()
    in_crop = camera.crop_from_camera @ point * [-1.0 if mirrored else 1.0, 1.0, 1.0]
    expected = (0.5 + camera.crop_focal * in_crop[:2] / in_crop[2]) * size
    np.testing.assert_allclose(seen, expected, atol=1.5)
