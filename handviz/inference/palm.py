"""Decoding of the palm detector's raw output: anchors, boxes, weighted non-maximum suppression."""

from functools import cache

import numpy as np

INPUT_SIZE = 192
OVERLAP = 0.3
"""Boxes that overlap more (intersection over union) are the same palm."""


@cache
def anchors() -> np.ndarray:
    """Anchor centres (2016, 2) in 0..1: a 24 x 24 grid twice, then a 12 x 12 grid six times."""
    grids = []
    for cells, repeats in ((24, 2), (12, 6)):
        y, x = np.mgrid[:cells, :cells]
        centres = (np.stack([x, y], axis=-1).reshape(-1, 2) + 0.5) / cells
        grids.append(np.repeat(centres, repeats, axis=0))
    return np.concatenate(grids)


def decode(raw_boxes: np.ndarray, logits: np.ndarray, threshold: float) -> tuple[np.ndarray, np.ndarray]:
    """Palms above a threshold from raw boxes (2016, 18) and logits (2016,).

    Returns palms (N, 9, 2) in 0..1 of the input square, rows: centre, size (w, h), then seven key points (0 wrist,
    2 middle finger's MCP), and their scores (N,).
    """
    scores = 1.0 / (1.0 + np.exp(-np.clip(logits, -80.0, 80.0)))
    keep = scores >= threshold
    palms = raw_boxes[keep].reshape(-1, 9, 2).astype(np.float64) / INPUT_SIZE
    offsets = anchors()[keep]
    palms[:, 0] += offsets
    palms[:, 2:] += offsets[:, None]
    return palms, scores[keep].astype(np.float64)


def suppress(palms: np.ndarray, scores: np.ndarray, overlap: float = OVERLAP) -> tuple[np.ndarray, np.ndarray]:
    """Weighted non-maximum suppression: palms (N, 9, 2) that overlap become their score-weighted mean, best first."""
    remaining = np.argsort(-scores, kind="stable")
    merged, merged_scores = [], []
    while len(remaining):
        best = remaining[0]
        same = overlaps(palms[best], palms[remaining]) > overlap
        same[0] = True
        group = remaining[same]
        merged.append(np.average(palms[group], axis=0, weights=scores[group]))
        merged_scores.append(scores[best])
        remaining = remaining[~same]
    return np.array(merged).reshape(-1, 9, 2), np.array(merged_scores)


def overlaps(palm: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Intersection over union (N,) of one palm (9, 2) with others (N, 9, 2)."""
    low = np.maximum(palm[0] - palm[1] / 2, others[:, 0] - others[:, 1] / 2)
    high = np.minimum(palm[0] + palm[1] / 2, others[:, 0] + others[:, 1] / 2)
    shared = np.prod(np.clip(high - low, 0.0, None), axis=1)
    union = np.prod(np.abs(palm[1])) + np.prod(np.abs(others[:, 1]), axis=1) - shared
    return shared / np.maximum(union, 1e-12)
