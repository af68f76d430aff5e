"""Colours of the timesteps, from Okabe and Ito's colour-blind-safe set.

Blue, vermilion, yellow: from dark to bright as time goes on, so the order survives grey print, and of all triplets of
the set whose lightness rises, none keeps a larger least distance to eyes with protanopia, deuteranopia or tritanopia
(CIE76 34; tests/app/models/test_palette.py computes it).
"""

import numpy as np

TIMESTEP_HEX = ("#0072B2", "#D55E00", "#F0E442")
"""Past, middle, future."""


def rgb(hexadecimal: str) -> np.ndarray:
    """ "#rrggbb" to (3,) float32 in 0..1."""
    return np.array([int(hexadecimal[i : i + 2], 16) for i in (1, 3, 5)], np.float32) / 255.0


def timestep_colors(count: int) -> np.ndarray:
    """Colours (T, 3) float32 in 0..1 of T timesteps in the order of time; other counts than 3 are interpolated."""
    anchors = np.stack([rgb(value) for value in TIMESTEP_HEX])
    if count == 1:
        return anchors[1:2]
    position = np.linspace(0.0, len(anchors) - 1.0, count)
    columns = [np.interp(position, np.arange(len(anchors)), anchors[:, channel]) for channel in range(3)]
    return np.stack(columns, -1).astype(np.float32)
