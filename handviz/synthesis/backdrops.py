"""What stands behind the hand: a photograph, the panorama or a wall, and before it furniture and people."""

import numpy as np

from handviz.synthesis.appearance import Skin, draw_cloth
from handviz.synthesis.assets import AssetFiles, load_image
from handviz.synthesis.config import SynthesisConfig
from handviz.synthesis.renderer import Backdrop


def draw_backdrop(
    rng: np.random.Generator,
    config: SynthesisConfig,
    files: AssetFiles,
    skin: Skin,
    cloth: tuple[np.ndarray, np.ndarray, np.ndarray],
    level: float,
    gain: float,
) -> Backdrop:
    """A backdrop. level: light that falls on things; gain: the exposure, so that photographs keep their own."""
    base = int(rng.choice(3, p=[0.68, 0.10, 0.22]))
    photo, matrix, detail = None, np.eye(3), 0.0
    if base == 0:
        photo = files.photos[int(rng.integers(len(files.photos)))]
        matrix, span = _photo_window(rng, *load_image(photo).shape[:2])
        detail = float(max(np.log2(span / config.size), 0.0))
        if rng.random() < 0.55:
            # Defocus is a share of the crop, whatever its size in pixels.
            detail = max(np.log2(span / 160), 0.0) + rng.uniform(0.3, 3.0)
    photo_gain = np.exp(rng.normal() * 0.45 + rng.normal(size=3) * 0.06) / gain
    wall = np.exp(rng.uniform(np.log(0.05), np.log(0.8))) * np.clip(1 + rng.normal(size=3) * 0.1, 0.5, 1.5) / gain
    far = wall * np.exp(rng.normal() * 0.4 + rng.normal(size=3) * 0.05)
    way = rng.normal(size=2) * 0.7
    shapes = _furniture(rng, level) if rng.random() < config.furniture_fraction else []
    if rng.random() < config.person_fraction:
        shapes += _person(rng, skin, cloth, level)
    return Backdrop(base, photo, matrix, detail, photo_gain, wall, far, way, np.array(shapes).reshape(-1, 16))


def _photo_window(rng: np.random.Generator, height: int, width: int) -> tuple[np.ndarray, float]:
    """Matrix (3, 3) from centred crop coordinates to the photograph's texture, and the window's side in its pixels."""
    span = rng.uniform(0.25, 0.95) * min(width, height)
    slack = np.maximum(np.array([width, height]) - span, 0) / 2
    centre = np.array([width, height]) / 2 + rng.uniform(-1, 1, 2) * slack
    mirror = -1.0 if rng.random() < 0.5 else 1.0
    angle = rng.normal() * 0.08 if rng.random() < 0.8 else rng.uniform(-np.pi, np.pi)
    c, s = np.cos(angle) * span, np.sin(angle) * span
    window = np.array([[c * mirror, -s, centre[0]], [s * mirror, c, centre[1]], [0, 0, 1]])
    return np.diag([1 / width, 1 / height, 1.0]) @ window, float(span)


def _furniture(rng: np.random.Generator, level: float) -> list[list[float]]:
    shapes = []
    for _ in range(int(rng.integers(1, 4))):
        half = np.exp(rng.uniform(np.log(0.04), np.log(0.5), 2))
        tint = np.clip(1 + rng.normal(size=3) * 0.25, 0.3, 2)
        colour = np.exp(rng.uniform(np.log(0.03), np.log(0.6))) * tint * level
        second = colour * np.exp(rng.normal() * 0.6)
        angle = rng.normal() * 0.15
        shapes.append(_shape(rng, rng.uniform(-0.6, 0.6, 2), half, angle, rng.random() * 0.5, colour, 0.5, second))
    return shapes


def _person(rng: np.random.Generator, skin: Skin, cloth: tuple, level: float) -> list[list[float]]:
    """Clothes, often those of the sleeve, and sometimes a head of the hand's own skin."""
    first, second, pattern = cloth if rng.random() < 0.6 else draw_cloth(rng)
    centre = np.array([rng.uniform(-0.7, 0.7), rng.uniform(0.1, 0.8)])
    half = np.array([rng.uniform(0.35, 0.8), rng.uniform(0.4, 0.9)])
    body = _shape(rng, centre, half, rng.normal() * 0.2, rng.uniform(0.3, 0.8), first * level, 1.0, second * level)
    body[7], body[15] = pattern[1] * 0.15, min(float(pattern[0]), 2.0)
    if rng.random() > 0.5:
        return [body]
    width = rng.uniform(0.13, 0.3)
    face = np.array([width, width * rng.uniform(1.2, 1.45)])
    place = np.array([centre[0] + rng.normal() * 0.08, centre[1] - half[1] - rng.uniform(0.6, 1.1) * face[1]])
    behind, before = _head(rng, place, face, skin.mean * level, level)
    return [*behind, body, *before]


def _head(
    rng: np.random.Generator, place: np.ndarray, half: np.ndarray, flesh: np.ndarray, level: float
) -> tuple[list[list[float]], list[list[float]]]:
    """Shapes behind the clothes (hair, neck) and before them (face)."""
    hair = np.exp(rng.uniform(np.log(0.01), np.log(0.25))) * np.array([1.0, 0.75, 0.55]) * level
    dark, lips = flesh * rng.uniform(0.1, 0.35), flesh * np.array([0.75, 0.45, 0.45])
    tilt = rng.normal() * 0.1
    turn = rng.normal() * 0.12  # of the face, which moves its features sideways
    sharpness = float(np.exp(rng.uniform(np.log(0.08), np.log(0.35))))

    def part(x: float, y: float, width: float, height: float, colour: np.ndarray, shading: float) -> list[float]:
        shape = _shape(rng, place + half * [x, y], half * [width, height], tilt, 1.0, colour, shading, colour * 0.85)
        shape[6] = sharpness
        return shape

    long_hair = rng.random() < 0.4
    behind = [
        part(0.0, 0.3 if long_hair else -0.35, 1.15, 1.35 if long_hair else 0.85, hair, 0.8),
        part(0.0, 1.0, 0.5, 0.7, flesh * 0.7, 0.5),
    ]
    before = [
        part(0.0, 0.0, 0.9, 1.0, flesh, 0.7),
        part(turn, -0.85, 0.85, 0.33, hair, 0.5),
        part(turn - 0.38, -0.12, 0.17, 0.08, dark, 0.2),
        part(turn + 0.38, -0.12, 0.17, 0.08, dark, 0.2),
        part(turn, 0.25, 0.14, 0.1, flesh * 0.75, 0.3),
        part(turn, 0.55, 0.32, 0.07, lips, 0.3),
    ]
    return behind, before


def _shape(rng: np.random.Generator, centre, half, angle, roundness, first, shading, second) -> list[float]:
    soft = float(np.exp(rng.uniform(np.log(0.01), np.log(0.2))))
    form = [float(angle), float(roundness), soft, rng.uniform(2, 12)]
    return [*centre, *half, *form, *first, shading * rng.uniform(0.4, 1.0), *second, 0.0]
