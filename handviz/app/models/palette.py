"""Colours that everyone tells apart: of timesteps, of clusters, of scales, of a truth.

Timesteps are from Okabe and Ito's colour-blind-safe set: blue, vermilion, yellow; from dark to bright as time goes on,
so the order survives grey print, and of all triplets of the set whose lightness rises, none keeps a larger least
distance to eyes with protanopia, deuteranopia or tritanopia (CIE76 34; tests/app/models/test_palette.py computes it).
Scales are straight in lightness, and stay so to those eyes.
"""

from functools import cache

import numpy as np

TIMESTEP_HEX = ("#0072B2", "#D55E00", "#F0E442")
"""Past, middle, future."""
MOMENT_HEX = ("#0072B2", "#8E62A6", "#D55E00", "#E69F00", "#F0E442")
"""The way through the timesteps' colours while time runs; straight between them would pass through grey."""
CLUSTER_HEX = ("#56B4E9", "#F27F0C", "#F2D3B5", "#973CF2", "#69838C", "#8C6946")
TRUTH_HEX = ("#149C9C", "#3CF2F2", "#B8FAFA")
"""Of the true hand, past, middle, future."""
NEUTRAL_HEX = "#C9CDD6"
"""Of what a colouring says nothing about."""
STEPS = 256

# Anchors of the scales, in the order of rising lightness; between them colours go evenly in OKLab.
_SCALES = {
    "score": ("#0D3B8C", "#4A6A94", "#8B8D86", "#C9B25F", "#FFE14A"),
    "heat": ("#3A1C71", "#8A2A77", "#CF4B55", "#F2923C", "#FBF0A5"),
}

_LMS_OF_RGB = np.array(
    [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
     [0.0883024619, 0.2817188376, 0.6299787005]]
)  # fmt: skip
_LAB_OF_LMS = np.array(
    [[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
     [0.0259040371, 0.7827717662, -0.8086757660]]
)  # fmt: skip


def rgb(hexadecimal: str) -> np.ndarray:
    """ "#rrggbb" to (3,) float32 in 0..1."""
    return np.array([int(hexadecimal[i : i + 2], 16) for i in (1, 3, 5)], np.float32) / 255.0


def timestep_colors(count: int) -> np.ndarray:
    """Colours (T, 3) float32 in 0..1 of T timesteps in the order of time; other counts than 3 are interpolated."""
    if count == 1:
        return rgb(TIMESTEP_HEX[1])[None]
    return _between(TIMESTEP_HEX, np.linspace(0.0, 1.0, count))


def moment_color(share: float) -> np.ndarray:
    """Colour (3,) float32 of a moment, 0 past to 1 future; at past, middle and future those of the timesteps."""
    return _between(MOMENT_HEX, np.array([share]))[0]


def cluster_colors(count: int) -> np.ndarray:
    """Colours (count, 3) float32 of clusters, the first being the largest; they repeat after len(CLUSTER_HEX)."""
    return (
        np.stack([rgb(CLUSTER_HEX[index % len(CLUSTER_HEX)]) for index in range(count)]) if count else np.zeros((0, 3))
    )


def truth_colors(count: int) -> np.ndarray:
    """Colours (T, 3) float32 of the true hand at T timesteps."""
    return _between(TRUTH_HEX, np.linspace(0.0, 1.0, count)) if count > 1 else rgb(TRUTH_HEX[1])[None]


def _between(anchors: tuple[str, ...], share: np.ndarray) -> np.ndarray:
    colors = np.stack([rgb(value) for value in anchors])
    position = np.clip(share, 0.0, 1.0) * (len(colors) - 1)
    columns = [np.interp(position, np.arange(len(colors)), colors[:, channel]) for channel in range(3)]
    return np.stack(columns, -1).astype(np.float32)


@cache
def scale_table(name: str) -> np.ndarray:
    """Colours (STEPS, 3) uint8 of the scale "score" or "heat", from low to high, evenly rising in OKLab's lightness."""
    anchors = _oklab(np.stack([rgb(value) for value in _SCALES[name]]).astype(np.float64))
    lightness = np.linspace(anchors[0, 0], anchors[-1, 0], STEPS)
    # Hue and chroma are taken where the anchors have that lightness.
    table = np.stack([lightness, *(np.interp(lightness, anchors[:, 0], anchors[:, axis]) for axis in (1, 2))], -1)
    return (255.0 * np.clip(_from_oklab(table), 0.0, 1.0) + 0.5).astype(np.uint8)


def _oklab(encoded: np.ndarray) -> np.ndarray:
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    return np.cbrt(linear @ _LMS_OF_RGB.T) @ _LAB_OF_LMS.T


def _from_oklab(lab: np.ndarray) -> np.ndarray:
    linear = (lab @ np.linalg.inv(_LAB_OF_LMS).T) ** 3 @ np.linalg.inv(_LMS_OF_RGB).T
    linear = np.maximum(linear, 0.0)
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
