"""The timestep colours are told apart by everyone, and their order is that of lightness."""

import itertools

import numpy as np
import pytest

from handviz.app.models.palette import TIMESTEP_HEX, rgb, timestep_colors

OKABE_ITO = ("#0072B2", "#56B4E9", "#E69F00", "#009E73", "#F0E442", "#D55E00", "#CC79A7")

# Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB.
VISION = {
    "normal": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}
SRGB_TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def lab(hexadecimal: str, vision: str = "normal") -> np.ndarray:
    """CIE L*a*b* of a colour as someone with that vision sees it."""
    encoded = rgb(hexadecimal).astype(float)
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    xyz = SRGB_TO_XYZ @ np.clip(np.array(VISION[vision]) @ linear, 0, 1) / [0.9505, 1.0, 1.089]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def least_distance(colors: tuple[str, ...]) -> float:
    return min(
        float(np.linalg.norm(lab(a, vision) - lab(b, vision)))
        for a, b in itertools.combinations(colors, 2)
        for vision in VISION
    )


def test_colors_come_from_the_set_and_lightness_rises_with_time() -> None:
    assert set(TIMESTEP_HEX) <= set(OKABE_ITO)
    lightness = [lab(color)[0] for color in TIMESTEP_HEX]
    assert lightness == sorted(lightness)


def test_no_other_triplet_is_told_apart_better_by_everyone() -> None:
    ours = least_distance(TIMESTEP_HEX)
    assert ours > 30
    assert all(least_distance(triplet) <= ours + 0.5 for triplet in itertools.combinations(OKABE_ITO, 3))


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_any_number_of_timesteps_has_its_own_colors(count: int) -> None:
    colors = timestep_colors(count)
    assert colors.shape == (count, 3)
    assert colors.min() >= 0 and colors.max() <= 1
    assert len(np.unique(colors.round(4), axis=0)) == count


def test_three_timesteps_have_exactly_the_palette() -> None:
    np.testing.assert_allclose(timestep_colors(3), [rgb(color) for color in TIMESTEP_HEX], atol=1e-6)
