"""Boxes (x, y, w, h) in pixels: checking what a user gives, and the square a network looks at."""

from collections.abc import Sequence

import numpy as np

from handviz.errors import InputError

CROP_SCALE = 1.55
"""Side of the crop in longer sides of the hand's box: networks are trained with 1.3 to 1.9."""
MIN_SIDE_PX = 4.0


def check_box(box: Sequence[float] | np.ndarray, width: int, height: int) -> np.ndarray:
    """A user's box (x, y, w, h) px, cut to a photo of width x height px: (4,) float64.

    Raises InputError when it is no four finite numbers, has no area, or lies outside the photo.
    """
    try:
        values = np.asarray(box, np.float64)
    except (TypeError, ValueError) as error:
        raise InputError("The box is not four numbers x, y, width, height in pixels; draw it again.") from error
    if values.shape != (4,):
        raise InputError("The box is not four numbers x, y, width, height in pixels; draw it again.")
    if not np.isfinite(values).all():
        raise InputError("The box holds values that are not finite numbers; draw it again.")
    if (values[2:] <= 0).any():
        raise InputError("The box has no width or no height; draw it larger.")
    low = np.clip(values[:2], 0.0, (width, height))
    high = np.clip(values[:2] + values[2:], 0.0, (width, height))
    if (high <= low).any():
        raise InputError(f"The box lies outside the photo of {width} x {height} pixels; draw it on the photo.")
    if (high - low).max() < MIN_SIDE_PX:
        raise InputError(f"The box is under {MIN_SIDE_PX:.0f} pixels, too small to see a hand in; draw it larger.")
    return np.concatenate([low, high - low])


def crop_square(box: np.ndarray) -> np.ndarray:
    """The square (x, y, side, side) px around a hand's box that the networks see."""
    centre = box[:2] + box[2:] / 2.0
    side = CROP_SCALE * float(max(box[2:]))
    return np.array([*(centre - side / 2.0), side, side], np.float64)
