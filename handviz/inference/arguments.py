"""Checking what a prediction is asked with."""

from collections.abc import Sequence

import numpy as np

from handviz.errors import InputError
from handviz.geometry.cameras import default_intrinsics

MAX_HYPOTHESES = 1000
MAX_SEED = 2**63 - 1
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
    with np.errstate(over="ignore"):
        high = np.clip(values[:2] + values[2:], 0.0, (width, height))
    if (high <= low).any():
        raise InputError(f"The box lies outside the photo of {width} x {height} pixels; draw it on the photo.")
    if (high - low).max() < MIN_SIDE_PX:
        raise InputError(f"The box is under {MIN_SIDE_PX:.0f} pixels, too small to see a hand in; draw it larger.")
    return np.concatenate([low, high - low])


def check_request(hand: str | None, hypotheses: int, seed: int) -> None:
    """Raise InputError unless hand is "left", "right" or None, hypotheses 1..1000 and seed 0..2^63 - 1."""
    if hand not in ("left", "right", None):
        raise InputError(f'The hand is "{hand}" where "left" or "right" is needed; leave it out to have it told.')
    for name, value, low, high in (("hypotheses", hypotheses, 1, MAX_HYPOTHESES), ("seed", seed, 0, MAX_SEED)):
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or not low <= value <= high:
            raise InputError(f"{name} is {value!r} where a whole number from {low} to {high} is needed.")


def check_intrinsics(intrinsics: np.ndarray | None, width: int, height: int) -> np.ndarray:
    """Intrinsics (3, 3) px, a guess from the photo's size where None. Raises InputError for no camera matrix."""
    if intrinsics is None:
        return default_intrinsics(width, height)
    try:
        matrix = np.asarray(intrinsics, np.float64)
    except (TypeError, ValueError) as error:
        raise InputError("The intrinsics are not a 3 x 3 matrix of numbers; leave them out for a guess.") from error
    usable = matrix.shape == (3, 3) and np.isfinite(matrix).all() and min(matrix[0, 0], matrix[1, 1]) > 0
    if not usable or not np.array_equal(matrix[2], (0, 0, 1)):
        raise InputError("The intrinsics are not a 3 x 3 camera matrix in pixels; leave them out for a guess.")
    return matrix
