"""Pictures of renderers that draw opaque meshes on one colour: put over a backdrop, with ghosts, or transparent."""

from collections.abc import Callable

import numpy as np

from handviz.viewport.scene import Scene, Shot
from handviz.viewport.shading import GHOST, PALE

KEY = np.array([255, 0, 254], np.uint8)
"""No shaded mesh has exactly this colour."""


def uncovered(image: np.ndarray, key: np.ndarray) -> np.ndarray:
    """Where (H, W) an image (H, W, 3) uint8 has the key colour (3,)."""
    packed = image[..., 0].astype(np.uint32) << 16 | image[..., 1].astype(np.uint32) << 8 | image[..., 2]
    red, green, blue = (int(value) for value in key)
    return packed == (red << 16 | green << 8 | blue)


def over_backdrop(image: np.ndarray, key: np.ndarray, backdrop: np.ndarray) -> np.ndarray:
    """The image (H, W, 3) uint8 with the backdrop (H, W, 3) uint8 wherever it has the key colour (3,)."""
    return np.where(uncovered(image, key)[..., None], backdrop, image)


def composed(draw: Callable[[np.ndarray], np.ndarray], key: np.ndarray, scene: Scene, shot: Shot) -> np.ndarray:
    """The shot's picture, where draw(hands) draws hands opaque on the key colour (3,), at any size.

    With ghosts it draws twice: what is solid alone, and all as if it were solid. Where a ghost is in front, the second
    picture shows it; a share of it laid over the first one is the ghost, and everywhere else the two are the same.
    """
    solid = _layer(draw(shot.solid), key, scene, shot)
    if not shot.ghosts.size:
        return solid
    everything = _layer(draw(np.concatenate([shot.solid, shot.ghosts])), key, scene, shot).astype(np.float32)
    ghost = (everything != solid).any(-1)
    everything[ghost, :3] += PALE * (scene.ghost_tone - everything[ghost, :3])
    return (solid + GHOST * (everything - solid) + 0.5).astype(np.uint8)


def _layer(image: np.ndarray, key: np.ndarray, scene: Scene, shot: Shot) -> np.ndarray:
    height, width = image.shape[:2]
    if not shot.transparent:
        return over_backdrop(image, key, scene.backdrop(width, height))
    free = uncovered(image, key)[..., None]
    covered = np.where(free, np.uint8(0), np.uint8(255))
    return np.concatenate([np.where(free, np.uint8(0), image), covered], -1)
