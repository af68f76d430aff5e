"""Cutting regions out of photos: any homography, without aliasing where the photo is larger than the crop."""

import cv2
import numpy as np

Colour = tuple[int, int, int]


def warp(image: np.ndarray, matrix: np.ndarray, size: int, outside: Colour | None = None) -> np.ndarray:
    """The crop (size, size, 3) uint8 that `matrix` (3, 3) takes from photo pixels of image (H, W, 3) to crop pixels.

    Coordinates are continuous: the first pixel spans 0 to 1, its centre is 0.5. What lies outside the photo gets the
    colour `outside`; None repeats the photo's edge, as the networks know it from their training.
    """
    height, width = image.shape[:2]
    inverse = np.linalg.inv(matrix)
    corners = _apply(inverse, np.array([[0, 0], [size, 0], [size, size], [0, size]], np.float64))
    # A crop that is turned far away from the photo reaches to infinity; what is there is outside the photo anyway.
    low = np.clip(np.floor(np.nan_to_num(corners.min(axis=0))) - 2, 0, (width, height)).astype(int)
    high = np.clip(np.ceil(np.nan_to_num(corners.max(axis=0))) + 2, 0, (width, height)).astype(int)
    if (high <= low).any():
        return np.full((size, size, 3), outside or (0, 0, 0), np.uint8)
    part = np.ascontiguousarray(image[low[1] : high[1], low[0] : high[0]])
    to_photo = _translation(*low)
    pixels_per_crop_pixel = _local_scale(inverse, size)
    if pixels_per_crop_pixel > 1.2:
        shrunk = np.maximum(np.round(np.array(part.shape[1::-1]) / pixels_per_crop_pixel), 1).astype(int)
        to_photo = to_photo @ np.diag([part.shape[1] / shrunk[0], part.shape[0] / shrunk[1], 1.0])
        part = cv2.resize(part, tuple(int(side) for side in shrunk), interpolation=cv2.INTER_AREA)
    # OpenCV counts from pixel centres.
    centred = _translation(-0.5, -0.5) @ matrix @ to_photo @ _translation(0.5, 0.5)
    border = {"borderMode": cv2.BORDER_REPLICATE}
    if outside is not None:
        border = {"borderMode": cv2.BORDER_CONSTANT, "borderValue": outside}
    return cv2.warpPerspective(part, centred, (size, size), flags=cv2.INTER_LINEAR, **border)


def _local_scale(inverse: np.ndarray, size: int) -> float:
    """Photo pixels per crop pixel at the middle of the crop."""
    middle = size / 2.0
    points = _apply(inverse, np.array([[middle, middle], [middle + 1, middle], [middle, middle + 1]]))
    return float(np.sqrt(abs(np.linalg.det(points[1:] - points[0]))))


def _apply(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    mapped = points @ matrix[:, :2].T + matrix[:, 2]
    return mapped[:, :2] / mapped[:, 2:]


def _translation(x: float, y: float) -> np.ndarray:
    return np.array([[1.0, 0.0, x], [0.0, 1.0, y], [0.0, 0.0, 1.0]])
