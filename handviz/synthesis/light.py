"""Image-based light: what a panorama sheds on skin, as spherical harmonics and a blurred mirror image.

Directions are panorama coordinates: y up; column 0 is the direction -x turning through -z (a matter of convention only,
since every sample turns the panorama at random).
"""

from dataclasses import dataclass

import numpy as np

_MIRROR_SIZE = 32
_SPECULAR_POWER = 24.0


@dataclass(frozen=True)
class PanoramaLight:
    """A panorama's light, scaled to a mean of one.

    harmonics (9, 3): irradiance / pi as coefficients of the basis in sh_basis (Ramamoorthi and Hanrahan 2001, eq. 11).
    mirror (32, 32, 3) float32: what a rough surface mirrors, octahedral map. picture (H, W, 3): the view, clipped.
    brightest (3,): direction of its strongest light; concentration: share of all light that comes from there.
    """

    harmonics: np.ndarray
    mirror: np.ndarray
    picture: np.ndarray
    brightest: np.ndarray
    concentration: float
    tint: np.ndarray


def directions(height: int, width: int) -> np.ndarray:
    """Unit directions (height, width, 3) of an equirectangular picture, y up."""
    polar = (np.arange(height) + 0.5) / height * np.pi
    around = (np.arange(width) + 0.5) / width * 2 * np.pi
    sine = np.sin(polar)[:, None]
    up = np.broadcast_to(np.cos(polar)[:, None], (height, width))
    return np.stack([-sine * np.cos(around), up, -sine * np.sin(around)], -1)


def sh_basis(normals: np.ndarray) -> np.ndarray:
    """Real spherical harmonics up to order 2 of unit vectors (..., 3): (..., 9)."""
    x, y, z = np.moveaxis(normals, -1, 0)
    return np.stack(
        [
            np.full_like(x, 0.282095),
            0.488603 * y,
            0.488603 * z,
            0.488603 * x,
            1.092548 * x * y,
            1.092548 * y * z,
            0.315392 * (3 * z * z - 1),
            1.092548 * x * z,
            0.546274 * (x * x - y * y),
        ],
        -1,
    )


def panorama_light(radiance: np.ndarray) -> PanoramaLight:
    """What the panorama (H, W, 3) sheds; suns are clipped to 400 times the mean."""
    height, width = radiance.shape[:2]
    way = directions(height, width).reshape(-1, 3)
    solid = np.repeat(np.sin((np.arange(height) + 0.5) / height * np.pi), width)
    solid *= 4 * np.pi / solid.sum()
    light = radiance.reshape(-1, 3).astype(np.float64)
    light = np.nan_to_num(light, posinf=6e4)
    median = max(float((light.mean(1) * solid).sum() / (4 * np.pi)), 1e-6)
    light = np.minimum(light, 400.0 * median)
    light /= (light.mean(1) * solid).sum() / (4 * np.pi)

    weighted = light * solid[:, None]
    projected = sh_basis(way).T @ weighted
    cosine_lobe = np.array([1.0] + [2 / 3] * 3 + [0.25] * 5)  # A_l / pi
    harmonics = projected * cosine_lobe[:, None]

    luminance = weighted.mean(1)
    top = way[np.argmax(luminance)]
    near = way @ top > 0.9
    brightest = (way[near] * luminance[near, None]).sum(0)
    tint = weighted[near].sum(0)
    return PanoramaLight(
        harmonics.astype(np.float32),
        _mirror_map(way, weighted),
        np.minimum(light.reshape(height, width, 3), 8.0).astype(np.float32),
        brightest / np.linalg.norm(brightest),
        float(luminance[near].sum() / luminance.sum()),
        (tint / max(tint.mean(), 1e-9)).astype(np.float32),
    )


def _mirror_map(way: np.ndarray, weighted: np.ndarray) -> np.ndarray:
    """The panorama seen in a rough mirror, one texel per mirrored direction of an octahedral map."""
    grid = (np.arange(_MIRROR_SIZE) + 0.5) / _MIRROR_SIZE * 2 - 1
    u, v = np.meshgrid(grid, grid)
    seen = octahedral_direction(np.stack([u, v], -1)).reshape(-1, 3)
    lobe = np.maximum(seen.astype(np.float32) @ way.T.astype(np.float32), 0.0) ** _SPECULAR_POWER
    mirror = lobe @ weighted.astype(np.float32) / (2 * np.pi / (_SPECULAR_POWER + 1))
    return np.minimum(mirror, 30.0).reshape(_MIRROR_SIZE, _MIRROR_SIZE, 3)


def octahedral_direction(uv: np.ndarray) -> np.ndarray:
    """Points (..., 2) of the octahedral map in -1..1 to unit directions (..., 3)."""
    u, v = uv[..., 0], uv[..., 1]
    y = 1 - np.abs(u) - np.abs(v)
    fold = np.maximum(-y, 0.0)
    x = u - np.copysign(fold, u)
    z = v - np.copysign(fold, v)
    out = np.stack([x, y, z], -1)
    return out / np.linalg.norm(out, axis=-1, keepdims=True)
