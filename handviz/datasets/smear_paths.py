"""Real crops that training never sees, smeared by a chosen length."""

import numpy as np

from handviz.geometry.rotations import axis_angle_to_matrix

_MOMENTS = 33
_TURN, _BEND = 0.5, 0.4
"""Turn in radians, and bend, of a path of one crop side, as in training."""


def smear_path(joints_2d: np.ndarray, blur: float, rng: np.random.Generator) -> np.ndarray:
    """A smooth path (M, 4) of shift x, y in crop sides, turn and log zoom, zero at the middle moment.

    The longest path of the joints (21, 2), in 0..1 of the crop, is `blur` crop sides long.
    """
    direction = rng.uniform(0.0, 2.0 * np.pi)
    speed = 0.5 * np.array([np.cos(direction), np.sin(direction), _TURN * rng.uniform(-1.0, 1.0), 0.0])
    bend = _BEND * rng.standard_normal(4) * 0.5 * np.array([1.0, 1.0, 0.5, 0.2])
    times = np.linspace(-1.0, 1.0, _MOMENTS)[:, None]
    shape = times * speed + times**2 * bend
    scale = blur
    for _ in range(20):  # the length is nearly linear in the scale
        length = longest_path(joints_2d, scale * shape)
        if blur == 0.0 or abs(length - blur) < 1e-5:
            break
        scale *= blur / length
    return scale * shape


def longest_path(joints_2d: np.ndarray, path: np.ndarray) -> float:
    """Length in crop sides of the longest of the ways that joints (21, 2) go along a path (M, 4)."""
    steps = np.diff(move(joints_2d, path), axis=0)
    return float(np.linalg.norm(steps, axis=-1).sum(0).max())


def move(points: np.ndarray, path: np.ndarray) -> np.ndarray:
    """Points (N, 2) in 0..1 of the crop at each moment of a path (M, 4): (M, N, 2)."""
    turn = axis_angle_to_matrix(path[:, 2:3] * np.array([0.0, 0.0, 1.0]))[:, :2, :2]
    turned = np.exp(path[:, 3])[:, None, None] * ((points - 0.5) @ turn.transpose(0, 2, 1))
    return 0.5 + turned + path[:, None, :2]


def box_of_path(joints_2d: np.ndarray, path: np.ndarray, size: int) -> np.ndarray:
    """The box (x, y, w, h) px around all that joints (21, 2) pass in a crop of size px, cut to the crop."""
    passed = move(joints_2d, path).reshape(-1, 2).clip(0.0, 1.0) * size
    low, high = passed.min(0), passed.max(0)
    return np.concatenate([low, high - low])
