"""From a hand in a whole photo to a crop with its truth, as networks see it: a right hand in its crop camera."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from handviz.geometry.cameras import CropCamera, crop_square, project
from handviz.geometry.skeleton import WRIST

NO_MOTION_KIND = 255
"""motion_kind of samples whose kind of motion nobody told."""
_SIZE = 256
_SHRINK_FROM = 1.5
"""Photo pixels a crop pixel from which a photo is shrunk before it is warped, against aliasing."""


@dataclass(frozen=True)
class PhotographedHand:
    """A hand whose joints are known over the exposure, in the camera of a whole photo."""

    joints: np.ndarray
    """(T, 21, 3) metres, camera coordinates."""
    intrinsics: np.ndarray
    """(3, 3) px."""
    hand: str
    """ "left" or "right"."""
    visible: np.ndarray
    """(21,) at the middle moment."""

    def camera(self) -> CropCamera:
        """The crop camera of the box around all that the joints pass."""
        passed = project(self.joints.astype(np.float64), self.intrinsics).reshape(-1, 2)
        low, high = passed.min(0), passed.max(0)
        box = crop_square(np.concatenate([low, high - low]))
        return CropCamera.from_box(box, self.intrinsics, mirrored=self.hand == "left")

    def truth(self) -> dict[str, np.ndarray]:
        """The arrays of handviz.datasets.sample.TRUTH_SHAPES; rotations and betas are not known and left at 0."""
        camera = self.camera()
        flip = np.array([-1.0 if camera.mirrored else 1.0, 1.0, 1.0])
        joints = self.joints.astype(np.float64) @ camera.crop_from_camera.T * flip
        joints_2d = 0.5 + camera.crop_focal * joints[..., :2] / joints[..., 2:]
        path = np.linalg.norm(np.diff(joints_2d, axis=0), axis=-1).sum(0)
        return {
            "global_orient": np.zeros((3, 3), np.float32),
            "hand_pose": np.zeros((3, 45), np.float32),
            "betas": np.zeros(10, np.float32),
            "translation": joints[:, WRIST].astype(np.float32),
            "joints": joints.astype(np.float32),
            "joints_2d": joints_2d.astype(np.float32),
            "visible": np.asarray(self.visible, bool),
            "crop_focal": np.float32(camera.crop_focal),
            "blur_px": np.float32(256.0 * path.max()),
            "motion_kind": np.uint8(NO_MOTION_KIND),
        }

    def crop(self, image: Image.Image, size: int = _SIZE) -> np.ndarray:
        """The crop (size, size, 3) uint8 of the photo; what lies outside repeats the photo's edge."""
        return warp_picture(image, self.camera().homography(size), size)


def warp_picture(image: Image.Image, matrix: np.ndarray, size: int) -> np.ndarray:
    """The crop (size, size, 3) uint8 that matrix (3, 3) takes from photo pixels to crop pixels. Needs Pillow alone, so
    that training runs where OpenCV is not."""
    inverse = np.linalg.inv(matrix)
    corners = np.array([[0, 0, 1], [size, 0, 1], [size, size, 1], [0, size, 1]], np.float64) @ inverse.T
    corners = corners[:, :2] / corners[:, 2:]
    low = np.clip(np.floor(corners.min(0)) - 2, 0, np.array(image.size) - 1).astype(int)
    high = np.maximum(np.clip(np.ceil(corners.max(0)) + 2, 0, image.size).astype(int), low + 1)
    pixels = np.asarray(image.convert("RGB").crop((*low, *high)))
    scale = float(np.sqrt(max((corners.max(0) - corners.min(0)).prod(), 1e-9))) / size
    # A ring of repeated edge pixels as wide as the crop reaches beyond the photo.
    before = np.ceil(np.maximum(low - corners.min(0), 0)).astype(int) + 2
    after = np.ceil(np.maximum(corners.max(0) - high, 0)).astype(int) + 2
    if (before + after).max() > 8 * size * max(scale, 1.0):
        return np.zeros((size, size, 3), np.uint8)
    pixels = np.pad(pixels, ((before[1], after[1]), (before[0], after[0]), (0, 0)), mode="edge")
    part = Image.fromarray(pixels)
    to_photo = np.array([[1.0, 0.0, low[0] - before[0]], [0.0, 1.0, low[1] - before[1]], [0.0, 0.0, 1.0]])
    if scale > _SHRINK_FROM:
        shrunk = tuple(max(1, round(side / scale)) for side in part.size)
        to_photo = to_photo @ np.diag([part.size[0] / shrunk[0], part.size[1] / shrunk[1], 1.0])
        part = part.resize(shrunk, Image.Resampling.BOX)
    from_crop = np.linalg.inv(to_photo) @ inverse
    coefficients = (from_crop / from_crop[2, 2]).ravel()[:8]
    warped = part.transform((size, size), Image.Transform.PERSPECTIVE, tuple(coefficients), Image.Resampling.BILINEAR)
    return np.asarray(warped)
