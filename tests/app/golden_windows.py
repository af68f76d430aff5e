"""Windows of fixed content whose pictures are kept in tests/golden/screens, and how alike two pictures are.

HANDVIZ_GOLDEN=write python -m pytest tests/app/test_golden_screens.py writes them anew: look at each before it is kept.
"""

from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtGui import QImage

from handviz.geometry.rotations import axis_angle_to_matrix
from handviz.hypotheses.foreign import prediction_from_meshes
from handviz.hypotheses.prediction import Prediction
from handviz.hypotheses.truth import truth_beside
from handviz.resources import models_dir

FOLDER = Path(__file__).parents[1] / "golden" / "screens"
SHRINK = 2
"""Pictures are kept at half their size: fonts differ a little from machine to machine."""
STRONG = 40
"""A difference of so many levels of 255 is one that a person sees."""


def still_hands(hypotheses: int, photo: Path) -> Prediction:
    """The true hand of a bundled photo, turned and moved a little for each hypothesis, with scores from 0.9 down."""
    truth = truth_beside(photo)
    with np.load(models_dir() / "hand" / "default_right.npz") as hand:
        faces = hand["f"]
    rng = np.random.default_rng(4)
    turn = axis_angle_to_matrix(rng.normal(0, 0.12, (hypotheses, 1, 3)))
    place = rng.normal(0, 0.008, (hypotheses, 1, 1, 3))
    middle = truth.vertices.mean((0, 1))
    vertices = (truth.vertices - middle) @ np.swapaxes(turn, -1, -2) + middle + place
    scores = np.linspace(0.9, 0.1, hypotheses)
    return prediction_from_meshes(vertices, faces, scores, intrinsics=truth.intrinsics, hand=truth.hand)


def array_of(image: QImage) -> np.ndarray:
    """A grabbed window (H, W, 3) uint8, at half its size."""
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    pixels = rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3)
    return np.asarray(Image.fromarray(np.ascontiguousarray(pixels)).reduce(SHRINK))


def difference(picture: np.ndarray, golden: np.ndarray) -> tuple[float, float]:
    """Mean difference in levels of 255, and the share of pixels that differ strongly; infinite for other sizes."""
    if picture.shape != golden.shape:
        return np.inf, 1.0
    apart = np.abs(picture.astype(int) - golden.astype(int)).max(-1)
    return float(apart.mean()), float((apart > STRONG).mean())
