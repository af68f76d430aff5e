"""Pinhole cameras in camera coordinates (x right, y down, z forward), metres and pixels.

The crop camera of a hand box is the photo's camera turned about its centre until its axis passes through the middle of
the box. A crop taken by it is the photo under a homography, so what is posed in the crop camera projects exactly onto
the photo once it is turned back.
"""

from dataclasses import dataclass

import numpy as np

from handviz.geometry.rotations import rotation_between

CROP_SCALE = 1.55
"""Side of the crop in longer sides of the hand's box: networks are trained with 1.3 to 1.9."""


@dataclass(frozen=True)
class Camera:
    """A pinhole camera: intrinsics (3, 3) in pixels, camera_from_world (4, 4), image size in pixels."""

    intrinsics: np.ndarray
    camera_from_world: np.ndarray
    width: int
    height: int

    def to_camera(self, points: np.ndarray) -> np.ndarray:
        """World points (..., 3) in metres to camera coordinates (..., 3)."""
        return points @ self.camera_from_world[:3, :3].T + self.camera_from_world[:3, 3]

    def project(self, points: np.ndarray) -> np.ndarray:
        """World points (..., 3) to pixels (..., 2)."""
        return project(self.to_camera(points), self.intrinsics)

    def resized(self, width: int, height: int) -> "Camera":
        """The same view as an image of another size in pixels."""
        scale = np.diag([width / self.width, height / self.height, 1.0])
        return Camera(scale @ self.intrinsics, self.camera_from_world, width, height)


def project(points: np.ndarray, intrinsics: np.ndarray) -> np.ndarray:
    """Camera-coordinate points (..., 3) to pixels (..., 2) under intrinsics (3, 3)."""
    depth = np.maximum(points[..., 2:], 1e-6)
    normalised = points[..., :2] / depth
    return normalised * np.array([intrinsics[0, 0], intrinsics[1, 1]], points.dtype) + intrinsics[:2, 2].astype(
        points.dtype
    )


def pinhole_intrinsics(focal_px: float, width: int, height: int) -> np.ndarray:
    """Intrinsics (3, 3) with square pixels and the principal point at the image centre."""
    return np.array([[focal_px, 0.0, width / 2.0], [0.0, focal_px, height / 2.0], [0.0, 0.0, 1.0]])


def default_intrinsics(width: int, height: int) -> np.ndarray:
    """A guess for a photo without camera data: the long side spans 53 degrees (focal = long side)."""
    return pinhole_intrinsics(float(max(width, height)), width, height)


def crop_square(box: np.ndarray) -> np.ndarray:
    """The square (x, y, side, side) px around a hand's box that the networks see."""
    centre = box[:2] + box[2:] / 2.0
    side = CROP_SCALE * float(max(box[2:]))
    return np.array([*(centre - side / 2.0), side, side], np.float64)


@dataclass(frozen=True)
class CropCamera:
    """The virtual camera of a square hand crop.

    crop_from_camera: rotation (3, 3) from the photo's camera coordinates to the crop camera's (for a mirrored crop,
    before mirroring). crop_focal: focal length in units of the crop's side. mirrored: the crop shows a left hand
    flipped left to right, so that networks meet right hands only; crop coordinates are then those of the flipped hand.
    """

    crop_from_camera: np.ndarray
    crop_focal: float
    mirrored: bool
    intrinsics: np.ndarray

    @classmethod
    def from_box(cls, box: np.ndarray, intrinsics: np.ndarray, mirrored: bool = False) -> "CropCamera":
        """The crop camera of a box (x, y, w, h) in pixels; the crop is the square on the longer side."""
        x, y, width, height = (float(value) for value in box)
        inverse = np.linalg.inv(intrinsics)
        axis = inverse @ np.array([x + width / 2.0, y + height / 2.0, 1.0])
        crop_from_camera = rotation_between(axis, np.array([0.0, 0.0, 1.0]))
        # Away from the image centre a pixel sees a smaller angle: measured at the box centre, along its radius,
        # the turned camera needs this much more focal length to show the box at the same size.
        stretch = float(np.linalg.norm(axis) / axis[2])
        side = max(width, height)
        crop_focal = float(intrinsics[0, 0]) * stretch / side
        return cls(crop_from_camera, crop_focal, mirrored, np.asarray(intrinsics, np.float64))

    def homography(self, size: int) -> np.ndarray:
        """Homography (3, 3) from photo pixels to the pixels of a crop of `size` x `size`."""
        focal = self.crop_focal * size
        crop_intrinsics = pinhole_intrinsics(focal, size, size)
        matrix = crop_intrinsics @ self.crop_from_camera @ np.linalg.inv(self.intrinsics)
        if self.mirrored:
            matrix = np.array([[-1.0, 0.0, size], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]) @ matrix
        return matrix

    def crop_to_photo(self, points: np.ndarray) -> np.ndarray:
        """Crop coordinates (..., 2) in 0..1 to photo pixels (..., 2)."""
        mapped = points @ (inverse := np.linalg.inv(self.homography(1)))[:, :2].T + inverse[:, 2]
        return mapped[..., :2] / mapped[..., 2:]

    def points_to_camera(self, points: np.ndarray) -> np.ndarray:
        """Points (..., 3) in crop coordinates, metres, to the photo's camera coordinates."""
        flip = np.array([-1.0 if self.mirrored else 1.0, 1.0, 1.0], points.dtype)
        return (points * flip) @ self.crop_from_camera.astype(points.dtype)

    def rotations_to_camera(self, rotations: np.ndarray) -> np.ndarray:
        """Global rotations (..., 3, 3) in crop coordinates to the photo's camera coordinates, unmirrored hand."""
        flip = np.diag([-1.0 if self.mirrored else 1.0, 1.0, 1.0])
        return self.crop_from_camera.T @ flip @ rotations @ flip
