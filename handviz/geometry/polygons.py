"""Which points of a plane lie inside an outline."""

import numpy as np


def inside(points: np.ndarray, outline: np.ndarray) -> np.ndarray:
    """Mask (N,) of the points (N, 2) inside a closed outline (M, 2), by the even-odd rule; crossings are allowed."""
    points, outline = np.asarray(points, np.float64), np.asarray(outline, np.float64)
    if len(outline) < 3:
        return np.zeros(len(points), bool)
    x, y = points[:, :1], points[:, 1:]
    x1, y1 = outline[:, 0], outline[:, 1]
    x2, y2 = np.roll(x1, -1), np.roll(y1, -1)
    crosses = (y1 <= y) != (y2 <= y)
    height = np.where(y2 == y1, 1.0, y2 - y1)
    right_of_point = x < x1 + (y - y1) / height * (x2 - x1)
    return (crosses & right_of_point).sum(1) % 2 == 1
