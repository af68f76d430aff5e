"""Motion blur added to sharp pictures: averages of moments, taken in linear light as a sensor does.

Pictures are (H, W, 3) uint8 sRGB.
"""

from collections.abc import Sequence

import cv2
import numpy as np

_STEPS_PER_PIXEL = 4
_ENCODED = 4096
"""Levels of linear light that are told apart on the way back to sRGB."""


def linear_light(image: np.ndarray) -> np.ndarray:
    """float32 in 0..1, proportional to the light that made the picture."""
    level = np.arange(256, dtype=np.float64) / 255.0
    table = np.where(level <= 0.04045, level / 12.92, ((level + 0.055) / 1.055) ** 2.4)
    return table.astype(np.float32)[image]


def encoded(light: np.ndarray) -> np.ndarray:
    """linear_light back to sRGB."""
    # The square root spends the table's entries where sRGB has its levels.
    level = (np.arange(_ENCODED, dtype=np.float64) / (_ENCODED - 1)) ** 2
    srgb = np.where(level <= 0.0031308, 12.92 * level, 1.055 * level ** (1 / 2.4) - 0.055)
    table = np.round(255.0 * srgb).astype(np.uint8)
    place = np.sqrt(np.clip(light, 0.0, 1.0)) * (_ENCODED - 1) + 0.5
    return table[place.astype(np.int32)]


def line_kernel(length_px: float, degrees: float) -> np.ndarray:
    """Weights (S, S) of a straight, even motion of that length about the middle; 0 degrees to the right, 90 down."""
    reach = int(np.ceil(0.5 * length_px)) + 1
    count = max(int(np.ceil(length_px * _STEPS_PER_PIXEL)), 1)
    along = (np.arange(count) + 0.5) / count - 0.5
    angle = np.deg2rad(degrees)
    x, y = reach + along * length_px * np.cos(angle), reach + along * length_px * np.sin(angle)
    kernel = np.zeros((2 * reach + 1, 2 * reach + 1))
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    for column, across in ((left, 1.0 - (x - left)), (left + 1, x - left)):
        for row, down in ((top, 1.0 - (y - top)), (top + 1, y - top)):
            np.add.at(kernel, (np.clip(row, 0, 2 * reach), np.clip(column, 0, 2 * reach)), across * down)
    return kernel / kernel.sum()


def smear_line(image: np.ndarray, length_px: float, degrees: float) -> np.ndarray:
    """The picture moved straight on during its exposure, the camera having turned, by length_px in all."""
    if length_px <= 0.0:
        return image.copy()
    kernel = line_kernel(length_px, degrees).astype(np.float32)
    return encoded(cv2.filter2D(linear_light(image), -1, kernel, borderType=cv2.BORDER_REPLICATE))


def smear_along(image: np.ndarray, motion: np.ndarray, scale: float = 1.0) -> np.ndarray:
    """Every pixel moved along motion (H, W, 2), right and down in px over the whole exposure, times scale."""
    motion = scale * np.asarray(motion, np.float32)
    longest = float(np.linalg.norm(motion, axis=-1).max())
    if longest < 0.25:
        return image.copy()
    count = int(np.clip(np.ceil(longest), 3, 128))
    rows, columns = np.mgrid[: image.shape[0], : image.shape[1]].astype(np.float32)
    light = linear_light(image)
    total = np.zeros_like(light)
    for moment in ((np.arange(count, dtype=np.float32) + 0.5) / count - 0.5).tolist():
        x, y = columns - moment * motion[..., 0], rows - moment * motion[..., 1]
        total += cv2.remap(light, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return encoded(total / count)


def average(images: Sequence[np.ndarray]) -> np.ndarray:
    """One exposure that lasted as long as all the pictures together."""
    total = linear_light(images[0])
    for image in images[1:]:
        total = total + linear_light(image)
    return encoded(total / len(images))


def motion_between(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Optical flow (H, W, 2) in px, right and down, of what the first picture shows to where the second shows it."""
    grey = [cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_RGB2GRAY) for image in (first, second)]
    return cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM).calc(*grey, None)


def motion_of_points(points: np.ndarray, moves: np.ndarray, size: tuple[int, int], reach: float) -> np.ndarray:
    """Motion (H, W, 2) in px of a picture of size (width, height) in which points (N, 2) move by moves (N, 2).

    Near a point a pixel goes along with it; reach px away and farther the picture stands still.
    """
    width, height = size
    # Motion is smooth, so a coarse grid is enough.
    coarse = max(int(reach / 8.0), 1)
    columns, rows = np.meshgrid(np.arange(0, width + coarse, coarse), np.arange(0, height + coarse, coarse))
    total, weights = np.zeros((*rows.shape, 2)), np.zeros(rows.shape)
    for (x, y), move in zip(np.asarray(points, np.float64), np.asarray(moves, np.float64), strict=True):
        weight = np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2.0 * (0.4 * reach) ** 2))
        total += weight[..., None] * move
        weights += weight
    # What lies still has a weight of its own, which wins away from all points.
    field = (total / (weights + np.exp(-0.5 / 0.4**2))[..., None]).astype(np.float32)
    across = np.arange(width, dtype=np.float32) / coarse
    down = np.arange(height, dtype=np.float32) / coarse
    return cv2.remap(field, *np.meshgrid(across, down), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def travel_px(motion: np.ndarray, box: tuple[float, float, float, float]) -> float:
    """How far what is in a box (x, y, w, h) px moves: the upper quartile of motion (H, W, 2) there, for the hand fills
    a part of its box and the rest may stand still."""
    height, width = motion.shape[:2]
    x, y, w, h = box
    left, right = int(np.clip(x, 0, width - 1)), int(np.clip(x + w, 1, width))
    top, bottom = int(np.clip(y, 0, height - 1)), int(np.clip(y + h, 1, height))
    inside = motion[top : max(bottom, top + 1), left : max(right, left + 1)]
    return float(np.percentile(np.linalg.norm(inside, axis=-1), 75.0))
