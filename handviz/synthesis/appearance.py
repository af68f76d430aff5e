"""Skin tones, nails, cloth and light of one sample."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from handviz.geometry.rotations import axis_angle_to_matrix
from handviz.synthesis.assets import AssetFiles, load_image, srgb_to_linear
from handviz.synthesis.light import PanoramaLight
from handviz.synthesis.meshes import ArmTopology

_TONES = np.array(
    [[0.74, 0.49, 0.37], [0.62, 0.37, 0.25], [0.45, 0.23, 0.135], [0.26, 0.115, 0.06], [0.09, 0.042, 0.026]]
)
"""Linear colours of skin from light to dark; tones in between are mixed in the logarithm."""


@dataclass(frozen=True)
class Skin:
    """A person's skin: the picture, its colour gain (3,), the forearm's colour before that gain, per-vertex tint (V, 3)
    and gloss (V,) of the drawn vertices, wrap and detail for the shader, and its mean colour."""

    path: Path
    gain: np.ndarray
    flat: np.ndarray
    tint: np.ndarray
    gloss: np.ndarray
    wrap: np.ndarray
    detail: float
    mean: np.ndarray


class SkinPainter:
    """Draws skins for one hand model."""

    def __init__(
        self, topology: ArmTopology, rest_vertices: np.ndarray, fingertips: np.ndarray, knuckles: np.ndarray,
        skin_window: np.ndarray, nail_mask: np.ndarray | None,
    ) -> None:  # fmt: skip
        """rest_vertices (V, 3), fingertips (5, 3), knuckles (J, 3) at rest, metres; nail_mask (H, W) of the window."""
        self._topology = topology
        hand = len(topology.vertex_of)
        points = rest_vertices[topology.vertex_of]
        full = np.zeros((topology.geometry_faces.max() + 1, 3))
        full[: len(rest_vertices)] = rest_vertices
        normals = topology.normals(full[None])[0][topology.vertex_of]
        total = len(topology.drawn_to_geometry)
        self._palm, self._tips, self._knuckles, self._nails = (np.zeros(total) for _ in range(4))
        self._palm[:hand] = np.clip(-normals[:, 1] * 1.4 + 0.1, 0, 1) * np.clip(-points[:, 0] / 0.03, 0, 1)
        self._tips[:hand] = np.exp(-((_nearest(points, fingertips) / 0.014) ** 2))
        self._knuckles[:hand] = np.exp(-((_nearest(points, knuckles) / 0.012) ** 2)) * np.clip(
            normals[:, 1] + 0.2, 0, 1
        )
        self._place = np.zeros((total, 3))
        self._place[:hand] = points
        u0, v0, u1, v1 = skin_window
        uv = topology.uv
        self._at = np.stack([(uv[:, 0] - u0) / (u1 - u0), (1 - uv[:, 1] - v0) / (v1 - v0)], -1)
        if nail_mask is not None:
            self._nails = _sampled(nail_mask.astype(np.float64) / 255.0, self._at)
            self._nails[hand:] = 0.0
        self._means: dict[Path, tuple[np.ndarray, np.ndarray]] = {}

    def draw(self, rng: np.random.Generator, files: AssetFiles) -> Skin:
        """One person's skin; the picture nearest in tone is the likeliest."""
        melanin = rng.beta(1.1, 1.7)
        place = melanin * (len(_TONES) - 1)
        low = min(int(place), len(_TONES) - 2)
        log_tone = np.log(_TONES[low]) * (low + 1 - place) + np.log(_TONES[low + 1]) * (place - low)
        tone = np.exp(log_tone + rng.normal(size=3) * [0.06, 0.05, 0.07])
        means = [self._mean(path) for path in files.skins]
        apart = np.array([abs(np.log(mean.mean() / tone.mean())) for mean, _ in means])
        weights = np.exp(-2.5 * apart)
        chosen = int(rng.choice(len(means), p=weights / weights.sum()))
        mean, wrist = means[chosen]
        # Blood under thin skin: palms, tips and knuckles are redder, more so in light skin.
        blood = rng.uniform(0.0, 1.0) * (1.1 - 0.7 * melanin)
        amount = blood * (0.75 * self._palm * rng.uniform(0.3, 1) + 0.8 * self._tips * rng.uniform(0.2, 1))
        amount += blood * 0.7 * self._knuckles * rng.uniform(0.2, 1) + 0.3 * blood * self._cloud(rng)
        tint = np.exp(amount[:, None] * np.array([0.05, -0.26, -0.20]))
        tint *= np.exp(0.35 * melanin * (self._palm * rng.uniform(0.4, 1.3)))[:, None]
        gloss = rng.uniform(0.2, 0.5) + 0.25 * self._nails
        if rng.random() < 0.12:  # varnish
            varnish = rng.uniform(0.02, 0.8, 3) / np.maximum(tone, 0.03)
            tint = tint * (1 - self._nails[:, None]) + self._nails[:, None] * np.minimum(varnish, 8.0)
            gloss = gloss + 0.4 * self._nails
        else:
            tint *= 1 + self._nails[:, None] * np.array([0.12, 0.06, 0.08])
        wrap = rng.uniform(0.6, 1.3) * np.array([0.34, 0.15, 0.10])
        return Skin(
            files.skins[chosen], tone / mean, wrist, tint, np.clip(gloss, 0, 0.95), wrap, rng.uniform(0.03, 0.16), tone
        )  # fmt: skip

    def _cloud(self, rng: np.random.Generator) -> np.ndarray:
        """Slow random variation over the hand, about -1..1."""
        waves = rng.normal(size=(3, 3)) * 60.0
        return np.sin(self._place @ waves + rng.uniform(0, 6.3, 3)).mean(1)

    def _mean(self, path: Path) -> tuple[np.ndarray, np.ndarray]:
        """Linear mean colour over the hand's vertices, and at the wrist's border."""
        if path not in self._means:
            linear = srgb_to_linear(load_image(path) / 255.0)
            hand = len(self._topology.vertex_of)
            seen = np.stack([_sampled(linear[..., band], self._at) for band in range(3)], -1)
            self._means[path] = seen[:hand].mean(0), seen[hand : hand + 20].mean(0)
        return self._means[path]


def _nearest(points: np.ndarray, targets: np.ndarray) -> np.ndarray:
    return np.linalg.norm(points[:, None] - targets[None], axis=-1).min(1)


def _sampled(picture: np.ndarray, at: np.ndarray) -> np.ndarray:
    height, width = picture.shape
    column = np.clip((at[:, 0] * width).astype(int), 0, width - 1)
    row = np.clip((at[:, 1] * height).astype(int), 0, height - 1)
    return picture[row, column]


def draw_cloth(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """First colour, second colour (linear) and pattern (type, scale, contrast, phase) of clothes."""
    kind = rng.random()
    if kind < 0.45:  # blacks, greys, whites
        first = np.full(3, np.exp(rng.uniform(np.log(0.012), np.log(0.75)))) * rng.uniform(0.92, 1.08, 3)
    elif kind < 0.75:  # muted
        first = np.exp(rng.uniform(np.log(0.03), np.log(0.45))) * (1 + rng.normal(size=3) * 0.25)
    else:
        first = rng.beta(0.7, 1.6, 3) * 0.7
    first = np.clip(first, 0.01, 0.85)
    second = np.clip(first * np.exp(rng.normal(size=3) * 0.3 + rng.normal() * 0.9), 0.01, 0.85)
    kind = int(rng.choice(4, p=[0.72, 0.12, 0.05, 0.11]))
    pattern = np.array([kind, rng.uniform(25, 160), rng.uniform(0.1, 0.9) if kind else 0.25, rng.random()])
    return first, second, pattern


def draw_panorama_turn(rng: np.random.Generator) -> np.ndarray:
    """Rotation (3, 3) from crop camera to panorama: any heading, mostly level cameras."""
    tilt = rng.normal() * 0.45 if rng.random() < 0.85 else rng.uniform(-1.5, 1.5)
    heading = axis_angle_to_matrix(np.array([0.0, rng.uniform(0, 2 * np.pi), 0.0]))
    lean = axis_angle_to_matrix(np.array([tilt, 0.0, 0.0])) @ axis_angle_to_matrix(
        np.array([0, 0, rng.normal() * 0.15])
    )
    return heading @ lean @ np.diag([1.0, -1.0, -1.0])


def draw_key(
    rng: np.random.Generator, light: PanoramaLight, panorama_from_camera: np.ndarray
) -> tuple[np.ndarray, np.ndarray, float]:
    """A lamp, window or sun beside the panorama's light: direction (3,) in the camera, light (3,), angular size."""
    if rng.random() < 0.5:
        direction = panorama_from_camera.T @ light.brightest
        colour = light.tint**0.6
    else:
        direction = rng.normal(size=3) * [1.0, 0.7, 1.0] + [0.0, -0.7, -0.4]
        warmth = rng.normal() * 0.22
        colour = np.exp(warmth * np.array([1.0, 0.1, -1.0]))
    strength = 0.0 if rng.random() < 0.15 else float(np.exp(rng.uniform(np.log(0.12), np.log(2.2))))
    direction = direction / np.linalg.norm(direction)
    return direction, strength * colour / colour.mean(), float(rng.uniform(0.06, 0.6))
