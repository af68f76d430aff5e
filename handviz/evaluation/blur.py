"""Blur and what it does: how far hypotheses spread, and how often none of them covers the truth.

The supplement's Figures 3 and 2, as numbers. N photos, K hypotheses, T timesteps, blur in px of a 256 px crop.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.stats import spearmanr

from handviz.geometry.skeleton import WRIST

BLUR_EDGES_PX = (0.0, 4.0, 8.0, 16.0, 32.0, 48.0, 64.0, np.inf)
"""Bounds of the bins that photos are sorted into."""
TOLERANCES_MM = (10.0, 15.0, 20.0, 30.0)
MIN_PHOTOS = 10
"""A bin with fewer photos gets no figures."""


@dataclass(frozen=True)
class SpreadByBlur:
    """Spread of the hypotheses in bins of blur; bins with too few photos are left out."""

    labels: tuple[str, ...]
    """The bins, B of them."""
    photos: np.ndarray
    """(B,) photos in each."""
    blur_px: np.ndarray
    """(B,) mean blur of each."""
    spread_mm: np.ndarray
    """(B, T, 21) mean standard deviation over hypotheses of each wrist-relative joint."""
    spearman: float
    """Of the spread, mean over timesteps and joints, with blur, over photos."""
    spearman_by_joint: np.ndarray
    """(T, 21); NaN for the wrist, which is the origin."""


@dataclass(frozen=True)
class Coverage:
    """Share of photos none of whose hypotheses comes within a tolerance of the truth."""

    labels: tuple[str, ...]
    """The groups, G of them."""
    photos: np.ndarray
    """(G,)."""
    missed: np.ndarray
    """(G, len(TOLERANCES_MM)) shares in 0..1."""


def joint_spread_of_photos_mm(joints: np.ndarray) -> np.ndarray:
    """Standard deviation (N, T, 21) in mm over hypotheses (N, K, T, 21, 3), wrist-relative metres: root of the summed
    variance of the three axes."""
    return 1000.0 * np.sqrt(joints.astype(np.float64).var(axis=1).sum(-1))


def blur_bins(blur_px: np.ndarray) -> list[tuple[str, np.ndarray]]:
    """Label and mask (N,) of each bin that holds enough photos."""
    bins = []
    for low, high in pairwise(BLUR_EDGES_PX):
        mask = (blur_px >= low) & (blur_px < high)
        if mask.sum() >= MIN_PHOTOS:
            bins.append((f"{low:g}–{high:g} px" if np.isfinite(high) else f"from {low:g} px", mask))
    return bins


def spread_by_blur(joints: np.ndarray, blur_px: np.ndarray) -> SpreadByBlur:
    """Spread of hypotheses (N, K, T, 21, 3) in wrist-relative metres against blur_px (N,)."""
    spread = joint_spread_of_photos_mm(joints)
    bins = blur_bins(blur_px)
    by_joint = np.full(spread.shape[1:], np.nan)
    for timestep, joint in np.ndindex(*by_joint.shape):
        if joint != WRIST:
            by_joint[timestep, joint] = spearmanr(spread[:, timestep, joint], blur_px).statistic
    moving = np.delete(spread, WRIST, axis=2)
    return SpreadByBlur(
        labels=tuple(label for label, _ in bins),
        photos=np.array([mask.sum() for _, mask in bins]),
        blur_px=np.array([blur_px[mask].mean() for _, mask in bins]),
        spread_mm=np.array([spread[mask].mean(0) for _, mask in bins]).reshape(len(bins), *spread.shape[1:]),
        spearman=float(spearmanr(moving.mean((1, 2)), blur_px).statistic),
        spearman_by_joint=by_joint,
    )


def coverage(errors: np.ndarray, groups: list[tuple[str, np.ndarray]]) -> Coverage:
    """How often the best of K misses: errors (N, K) in mm of whole sequences, groups of label and mask (N,)."""
    best = errors.min(1)
    kept = [(label, mask) for label, mask in groups if mask.any()]
    return Coverage(
        labels=tuple(label for label, _ in kept),
        photos=np.array([mask.sum() for _, mask in kept]),
        missed=np.array([[(best[mask] > limit).mean() for limit in TOLERANCES_MM] for _, mask in kept]),
    )


def motion_groups(motion_kind: np.ndarray, names: tuple[str, ...]) -> list[tuple[str, np.ndarray]]:
    """Label and mask of each kind of motion that occurs, motion_kind (N,) an index into names."""
    return [(name.replace("_", " "), motion_kind == i) for i, name in enumerate(names) if (motion_kind == i).any()]
