"""The blur sweep: one picture blurred in S steps, and how far its hypotheses spread at each.

What the supplement's Figure 3 shows over many photos, for one photo and each of its joints.
"""

import csv
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from handviz.errors import InputError
from handviz.files import atomic_write
from handviz.geometry.skeleton import JOINT_NAMES, WRIST
from handviz.hypotheses.diversity import joint_spread_mm
from handviz.hypotheses.prediction import Prediction
from handviz.hypotheses.truth import Truth, sequence_error_mm

CROP_PX = 256
"""Side of the crop in whose pixels blur is compared between photos."""
MAX_STEPS = 25
MAX_BLUR_PX = 1000.0


def blur_steps(longest_px: float, count: int) -> np.ndarray:
    """Blur lengths (S,) in px from sharp to the longest, evenly. Raises InputError for values out of range."""
    if not 2 <= count <= MAX_STEPS:
        raise InputError(f"A sweep of {count} steps was asked for; choose 2 to {MAX_STEPS}.")
    if not 1.0 <= longest_px <= MAX_BLUR_PX:
        raise InputError(f"A blur of {longest_px:g} px was asked for; choose 1 to {MAX_BLUR_PX:g} px.")
    return np.linspace(0.0, longest_px, count)


@dataclass(frozen=True, eq=False)
class Step:
    """One picture of a sweep."""

    blur_px: float
    """Px of the photo."""
    spread_mm: np.ndarray
    """(T, 21) standard deviation over hypotheses of each joint, wrist-relative."""
    best_score: float
    mean_score: float
    mean_error_mm: float | None = None
    """Of the hypotheses, where the truth is known."""
    best_error_mm: float | None = None


def measure(prediction: Prediction, blur_px: float, truth: Truth | None = None) -> Step:
    """The figures of one picture. Raises InputError when the joints are unknown."""
    if not prediction.has_joints:
        raise InputError("A sweep needs joints, which this predictor does not tell.")
    mean_error = best_error = None
    if truth is not None and truth.fits(prediction):
        errors = sequence_error_mm(prediction.joints, truth).mean(-1)
        mean_error, best_error = float(errors.mean()), float(errors.min())
    score = prediction.score
    return Step(blur_px, joint_spread_mm(prediction.joints), float(score.max()), float(score.mean()),
                mean_error, best_error)  # fmt: skip


@dataclass(frozen=True)
class Growth:
    """What blur does to one joint."""

    joint: int
    sharp_mm: float
    """Spread in the sharpest picture."""
    blurred_mm: float
    """Spread in the most blurred one."""
    mm_per_10_px: float
    """Slope of the straight line through all steps."""
    rank_correlation: float
    """Spearman's, of spread and blur: 1 grows with every step; NaN where nothing changes."""


@dataclass(frozen=True, eq=False)
class Sweep:
    """All steps so far, from sharp to blurred."""

    box_px: float
    """Longer side of the hand box, px of the photo."""
    timesteps: tuple[str, ...]
    steps: tuple[Step, ...] = field(default=())

    def __add__(self, step: Step) -> "Sweep":
        steps = tuple(sorted((*self.steps, step), key=lambda one: one.blur_px))
        return Sweep(self.box_px, self.timesteps, steps)

    @property
    def blur_px(self) -> np.ndarray:
        """(S,) px of the photo."""
        return np.array([step.blur_px for step in self.steps])

    @property
    def blur_crop_px(self) -> np.ndarray:
        """(S,) px of a crop of 256 px that the hand box fills."""
        return self.blur_px * CROP_PX / max(self.box_px, 1.0)

    @property
    def spread_mm(self) -> np.ndarray:
        """(S, T, 21)."""
        return np.stack([step.spread_mm for step in self.steps])

    def curve(self, joint: int | None = None, timestep: int | None = None) -> np.ndarray:
        """Spread (S,) in mm of a joint and a timestep; None is the mean over all of them."""
        values = self.spread_mm
        values = values.mean(1) if timestep is None else values[:, timestep]
        return values.mean(1) if joint is None else values[:, joint]

    def growths(self, timestep: int | None = None) -> list[Growth]:
        """Of every joint but the wrist, from the one whose spread grows fastest; needs two steps."""
        result = []
        for joint in range(len(JOINT_NAMES)):
            if joint != WRIST and len(self.steps) >= 2:
                values = self.curve(joint, timestep)
                slope = _slope(self.blur_px, values)
                result.append(Growth(joint, float(values[0]), float(values[-1]), 10.0 * slope,
                                     rank_correlation(self.blur_px, values)))  # fmt: skip
        return sorted(result, key=lambda growth: -growth.mm_per_10_px)

    def write_csv(self, path: Path) -> None:
        """A line a step, spread in mm as mean, by timestep, and by joint and timestep. Raises InputError."""
        header = ["blur_px", "blur_px_of_256_crop", "best_score", "mean_score", "mean_error_mm", "best_error_mm",
                  "spread_mm", *(f"spread_{name}_mm" for name in self.timesteps)]  # fmt: skip
        header += [f"spread_{joint}_{name}_mm" for joint in JOINT_NAMES[1:] for name in self.timesteps]
        with atomic_write(path, "w") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(header)
            for step, crop_px in zip(self.steps, self.blur_crop_px, strict=True):
                errors = ["" if e is None else f"{e:.3f}" for e in (step.mean_error_mm, step.best_error_mm)]
                spread = [step.spread_mm.mean(), *step.spread_mm.mean(1), *step.spread_mm[:, 1:].T.ravel()]
                writer.writerow([f"{step.blur_px:.2f}", f"{crop_px:.2f}", f"{step.best_score:.4f}",
                                 f"{step.mean_score:.4f}", *errors, *(f"{value:.3f}" for value in spread)])  # fmt: skip


def _slope(x: np.ndarray, y: np.ndarray) -> float:
    """Of the straight line through points (S,); 0 where all x are one, as for frames in which nothing moves."""
    away = x - x.mean()
    variance = float((away**2).sum())
    return float((away * (y - y.mean())).sum()) / variance if variance > 1e-9 else 0.0


def rank_correlation(first: np.ndarray, second: np.ndarray) -> float:
    """Spearman's rank correlation of two series (S,); equal values share their rank. NaN where one does not change."""
    ranks = [_ranks(np.asarray(values, np.float64)) for values in (first, second)]
    if any(np.ptp(rank) == 0.0 for rank in ranks):
        return float("nan")
    return float(np.corrcoef(*ranks)[0, 1])


def _ranks(values: np.ndarray) -> np.ndarray:
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return (ends - (counts - 1) / 2.0)[places]
