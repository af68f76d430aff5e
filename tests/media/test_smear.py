"""Smears keep light, spread it as far as they say, and leave what does not move."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handviz.media.smear import (
    average,
    encoded,
    line_kernel,
    linear_light,
    motion_between,
    smear_along,
    smear_line,
)


def dot(width: int = 81, height: int = 61) -> np.ndarray:
    image = np.zeros((height, width, 3), np.uint8)
    image[height // 2, width // 2] = 255
    return image


def extent(image: np.ndarray) -> tuple[float, float]:
    """Length in px of an even line of light along x and y: the square root of twelve times its variance."""
    light = linear_light(image).sum(-1).astype(np.float64)
    rows, columns = np.mgrid[: light.shape[0], : light.shape[1]]
    spans = []
    for place in (columns, rows):
        mean = (light * place).sum() / light.sum()
        spans.append(float(np.sqrt(12.0 * (light * (place - mean) ** 2).sum() / light.sum())))
    return spans[0], spans[1]


def test_srgb_survives_the_way_through_linear_light() -> None:
    every = np.arange(256, dtype=np.uint8)
    assert np.array_equal(encoded(linear_light(every)), every)


def test_half_of_the_light_is_not_half_of_the_value() -> None:
    black, white = np.zeros((2, 2, 3), np.uint8), np.full((2, 2, 3), 255, np.uint8)
    assert average([black, white])[0, 0, 0] == 188


@settings(max_examples=40, deadline=None)
@given(st.floats(0.1, 40.0), st.floats(0.0, 360.0))
def test_a_line_has_its_length_and_angle(length: float, degrees: float) -> None:
    kernel = line_kernel(length, degrees)
    assert kernel.sum() == pytest.approx(1.0) and kernel.min() >= 0.0
    reach = len(kernel) // 2
    rows, columns = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    assert (kernel * columns).sum() == pytest.approx(0.0, abs=1e-9), "about the middle"
    along = columns * np.cos(np.deg2rad(degrees)) + rows * np.sin(np.deg2rad(degrees))
    # Sharing a sample among four pixels widens it by at most half a pixel's variance.
    variance = (kernel * along**2).sum()
    assert length**2 / 12 - 0.01 <= variance <= length**2 / 12 + 0.51


def test_a_dot_becomes_a_line() -> None:
    right, down = extent(smear_line(dot(), 30.0, 0.0))
    assert right == pytest.approx(30.0, rel=0.05) and down < 1.0
    right, down = extent(smear_line(dot(), 30.0, 90.0))
    assert down == pytest.approx(30.0, rel=0.05) and right < 1.0


def test_an_even_picture_stays_even() -> None:
    grey = np.full((40, 50, 3), 77, np.uint8)
    motion = np.full((40, 50, 2), [9.0, -4.0])
    for smeared in (smear_line(grey, 25.0, 33.0), smear_along(grey, motion), average([grey, grey, grey])):
        assert np.abs(smeared.astype(int) - 77).max() <= 1


def test_no_motion_changes_nothing() -> None:
    image = np.random.default_rng(0).integers(0, 256, (30, 40, 3), np.uint8)
    assert np.array_equal(smear_line(image, 0.0, 0.0), image)
    assert np.array_equal(smear_along(image, np.zeros((30, 40, 2))), image)


def test_moving_all_pixels_alike_is_the_straight_smear() -> None:
    rng = np.random.default_rng(1)
    image = np.kron(rng.integers(0, 256, (12, 15, 3), np.uint8), np.ones((6, 6, 1), np.uint8))
    motion = np.broadcast_to(np.array([12.0, 0.0]), (*image.shape[:2], 2))
    difference = smear_along(image, motion).astype(int) - smear_line(image, 12.0, 0.0)
    assert np.abs(difference[:, 10:-10]).mean() < 2.0


def test_only_what_moves_is_smeared() -> None:
    rng = np.random.default_rng(2)
    image = rng.integers(0, 256, (60, 80, 3), np.uint8)
    motion = np.zeros((60, 80, 2), np.float32)
    motion[:, 40:, 0] = 15.0
    smeared = smear_along(image, motion)
    assert np.abs(smeared[:, :30].astype(int) - image[:, :30]).max() <= 1
    assert smeared[:, 50:].std() < 0.6 * image[:, 50:].std()


def test_flow_finds_a_shift() -> None:
    rng = np.random.default_rng(3)
    texture = np.kron(rng.integers(0, 256, (30, 40, 3), np.uint8), np.ones((8, 8, 1), np.uint8))
    moved = np.roll(texture, 6, axis=1)
    flow = motion_between(texture, moved)
    assert np.median(flow[60:-60, 60:-60, 0]) == pytest.approx(6.0, abs=0.5)
    assert np.median(flow[60:-60, 60:-60, 1]) == pytest.approx(0.0, abs=0.5)
