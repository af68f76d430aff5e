"""Putting a picture behind meshes that were drawn on a key colour."""

import numpy as np

KEY = np.array([255, 0, 254], np.uint8)
"""No shaded mesh has exactly this colour."""


def over_backdrop(image: np.ndarray, key: np.ndarray, backdrop: np.ndarray) -> np.ndarray:
    """The image (H, W, 3) uint8 with the backdrop (H, W, 3) uint8 wherever it has the key colour (3,)."""
    packed = image[..., 0].astype(np.uint32) << 16 | image[..., 1].astype(np.uint32) << 8 | image[..., 2]
    red, green, blue = (int(value) for value in key)
    return np.where((packed == (red << 16 | green << 8 | blue))[..., None], backdrop, image)
