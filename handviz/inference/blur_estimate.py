"""How long the blur of a hand is, told from the photo alone: blur takes away edges, first the fine ones along its way.

The features are the energies of edges of several sizes and directions inside the hand; a ridge regression makes pixels
of them. It was fitted on rendered photos: python -m handviz.evaluation.fit_blur.
"""

from dataclasses import dataclass, fields
from pathlib import Path

import cv2
import numpy as np

from handviz.errors import ModelFileError
from handviz.resources import models_dir

FILE = Path("blur") / "blur.npz"
SIDE = 128
"""Side in px of the crop that is looked at."""
_SIZES_PX = (0.8, 1.6, 3.2, 6.4)
_DIRECTIONS = 8
_FLOOR = 1e-7
_MARGIN_PX = 9
_LEAST_PX = 50


def features(crop: np.ndarray, joints_2d: np.ndarray) -> np.ndarray:
    """Features (27,) of a hand's crop (SIDE, SIDE, 3) uint8 RGB with joints (N, 2) in 0..1 of it, of any moments.

    They are the same for a picture turned by an eighth of a half circle, or seen in a mirror.
    """
    grey = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255.0
    inside = _inside(joints_2d)
    directions = np.arange(_DIRECTIONS) * np.pi / _DIRECTIONS
    cos, sin = np.cos(directions), np.sin(directions)
    energies, strongest = [], []
    for size in _SIZES_PX:
        smooth = cv2.GaussianBlur(grey, (0, 0), size)
        dx, dy = (size * cv2.Sobel(smooth, cv2.CV_32F, *way, ksize=1) / 2 for way in ((1, 0), (0, 1)))
        xx, yy, xy = ((a * b)[inside].mean() for a, b in ((dx, dx), (dy, dy), (dx, dy)))
        energies.append(cos**2 * xx + sin**2 * yy + 2 * cos * sin * xy)
        strongest.append(np.percentile((dx**2 + dy**2)[inside], 95))
    logs = np.log(np.array(energies) + _FLOOR)
    # The hand most likely moved where the fine edges are weakest.
    turned = np.roll(logs, -int(logs[:2].sum(0).argmin()), 1)
    half = _DIRECTIONS // 2
    both_ways = [turned[:, 0], *(turned[:, n] + turned[:, -n] for n in range(1, half)), turned[:, half]]
    picture = [np.log(inside.mean()), grey[inside].mean(), np.log(grey[inside].std() + 1e-3)]
    return np.concatenate([np.stack(both_ways, 1).ravel(), np.log(np.array(strongest) + _FLOOR), picture])


def _inside(joints_2d: np.ndarray) -> np.ndarray:
    """Mask (SIDE, SIDE) of the hull of joints and a little around it; all where the hull is next to nothing."""
    points = (np.clip(joints_2d.reshape(-1, 2), -0.2, 1.2) * SIDE).astype(np.float32)
    mask = np.zeros((SIDE, SIDE), np.uint8)
    cv2.fillConvexPoly(mask, cv2.convexHull(points).astype(np.int32), 1)
    inside = cv2.dilate(mask, np.ones((_MARGIN_PX, _MARGIN_PX), np.uint8)) > 0
    return inside if inside.sum() >= _LEAST_PX else np.ones_like(inside)


@dataclass(frozen=True)
class BlurEstimator:
    """A fitted regression from features to the square root of the blur in px of a 256 px crop."""

    mean: np.ndarray
    """(27,) of the features."""
    scale: np.ndarray
    """(27,) their standard deviation."""
    weights: np.ndarray
    """(27,)."""
    offset: np.ndarray
    """()."""
    most: np.ndarray
    """() px: the longest blur it was fitted with; no more is ever told."""

    @classmethod
    def load(cls, path: Path | None = None) -> "BlurEstimator":
        """The estimator of a file, by default the shipped one. Raises ModelFileError."""
        path = models_dir() / FILE if path is None else path
        try:
            with np.load(path, allow_pickle=False) as archive:
                arrays = {field.name: archive[field.name].astype(np.float64) for field in fields(cls)}
        except Exception as error:  # zipfile and NumPy raise nearly every type on damaged files
            raise ModelFileError(f"The blur estimator {path} cannot be read; install handviz again.") from error
        count = arrays["mean"].size
        shapes = {"mean": (count,), "scale": (count,), "weights": (count,), "offset": (), "most": ()}
        if any(arrays[name].shape != shape or not np.isfinite(arrays[name]).all() for name, shape in shapes.items()):
            raise ModelFileError(f"The blur estimator {path} is malformed; install handviz again.")
        return cls(**arrays)

    @classmethod
    def shipped(cls) -> "BlurEstimator | None":
        """The shipped one; None in a folder of models from before there was one. Raises ModelFileError."""
        return cls.load() if (models_dir() / FILE).is_file() else None

    @classmethod
    def fit(cls, values: np.ndarray, blur_px: np.ndarray, ridge: float = 1.0) -> "BlurEstimator":
        """From features (N, 27) and true blur (N,) in px of a 256 px crop."""
        mean, scale = values.mean(0), values.std(0) + 1e-9
        known, target = (values - mean) / scale, np.sqrt(blur_px)
        normal = known.T @ known + ridge * np.eye(known.shape[1])
        weights = np.linalg.solve(normal, known.T @ (target - target.mean()))
        return cls(mean, scale, weights, np.array(target.mean()), np.array(blur_px.max()))

    def save(self, path: Path) -> None:
        """Write the arrays to an .npz file."""
        np.savez(path, **{field.name: getattr(self, field.name) for field in fields(self)})

    def of_features(self, values: np.ndarray) -> np.ndarray:
        """Blur (...) in px of a 256 px crop from features (..., 27)."""
        root = ((values - self.mean) / self.scale) @ self.weights + self.offset
        return np.minimum(np.maximum(root, 0.0) ** 2, self.most)

    def estimate(self, crop: np.ndarray, joints_2d: np.ndarray) -> float:
        """Blur in px of a 256 px crop from a crop (SIDE, SIDE, 3) uint8 RGB and joints (N, 2) in 0..1 of it."""
        return float(self.of_features(features(crop, joints_2d)))
