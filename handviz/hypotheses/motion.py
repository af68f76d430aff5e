"""The exposure as a movement: hands between the timesteps, and which way they go."""

from dataclasses import dataclass

import numpy as np

from handviz.geometry.skeleton import FINGERTIP_JOINTS
from handviz.hypotheses.errors import MM


def timestep_weights(time: float, timesteps: int) -> np.ndarray:
    """(T,) weights whose sum over the timesteps is the hand at a time, 0 past to T - 1 future.

    A smooth curve through every timestep: between two of them the parabolas through their neighbours are blended.
    With three timesteps that is one parabola.
    """
    time = float(np.clip(time, 0.0, timesteps - 1))
    if timesteps < 3:
        return np.maximum(1.0 - np.abs(np.arange(timesteps) - time), 0.0)
    left = min(int(time), timesteps - 2)
    first = _parabola(time, max(left - 1, 0), timesteps)
    second = _parabola(time, min(left, timesteps - 3), timesteps)
    share = time - left
    return (1.0 - share) * first + share * second


def _parabola(time: float, start: int, timesteps: int) -> np.ndarray:
    weights = np.zeros(timesteps)
    x = time - start
    weights[start : start + 3] = (x - 1) * (x - 2) / 2, x * (2 - x), x * (x - 1) / 2
    return weights


def at_time(sequence: np.ndarray, time: float) -> np.ndarray:
    """What of a sequence (K, T, ...) there is at a time: (K, ...)."""
    weights = timestep_weights(time, sequence.shape[1]).astype(np.float32)
    # A plain sum is many times faster than a product of tensors here.
    return sum(weight * sequence[:, timestep] for timestep, weight in enumerate(weights) if weight)


STILL_MM = 5.0
"""Fingertips that move less from past to future count as still."""
DEPTH_WEIGHT = 0.5
"""A photo hardly shows how hands move along the line of sight."""
CONE = np.cos(np.radians(60.0))
"""A hypothesis moves along a direction when it is within this of it."""
DEPTH_FIRST = 1.7
"""A direction is towards or away from the camera when depth is so many times the way across the photo."""

_SIDEWAYS = (
    "to the right", "towards the lower right", "downwards", "towards the lower left",
    "to the left", "towards the upper left", "upwards", "towards the upper right",
)  # fmt: skip


@dataclass(frozen=True)
class Direction:
    """Hypotheses that move alike.

    way (3,) is the direction from past to future, camera coordinates, or zero where there is none in common; share is
    of all, 0..1; words say it. kind: "along" the common axis, "back" along it, "other" ways, or "still".
    """

    kind: str
    way: np.ndarray
    share: float
    words: str


def fingertip_motion_mm(joints: np.ndarray) -> np.ndarray:
    """(K, 3) mm from past to future, mean of the five fingertips of joints (K, T, 21, 3), camera coordinates."""
    tips = joints[:, :, list(FINGERTIP_JOINTS)]
    return MM * (tips[:, -1] - tips[:, 0]).mean(1).astype(np.float64)


def motion_directions(motion: np.ndarray) -> list[Direction]:
    """Which way hypotheses with motion (K, 3) mm move, what matters most first; kinds that nobody is of are left out.

    The common axis is that of most directions whatever their sign: a photo of a motion is one of its reverse too.
    Depth counts DEPTH_WEIGHT.
    """
    count = len(motion)
    motion = motion * [1.0, 1.0, DEPTH_WEIGHT]
    length = np.linalg.norm(motion, axis=1)
    moving = length >= STILL_MM
    groups = {"still": (~moving, np.zeros(3))}
    if moving.any():
        unit = motion / np.maximum(length, 1e-9)[:, None]
        axis = np.linalg.eigh(unit[moving].T @ unit[moving])[1][:, -1]
        if ((unit @ axis)[moving] >= CONE).sum() < ((unit @ axis)[moving] <= -CONE).sum():
            axis = -axis
        ahead, back = moving & (unit @ axis >= CONE), moving & (unit @ axis <= -CONE)
        groups |= {"along": (ahead, axis), "back": (back, -axis), "other": (moving & ~ahead & ~back, np.zeros(3))}
    words = {"still": "still", "other": "other ways", "back": "the other way"}
    found = []
    for kind, (mask, way) in groups.items():
        if mask.any():
            said = direction_words(way) if kind == "along" else words[kind]
            found.append(Direction(kind, way, float(mask.sum()) / count, said))
    # The two ways along the axis belong together; only where most rest does that come first.
    return sorted(found, key=lambda direction: (_order(direction), -direction.share))


def _order(direction: Direction) -> int:
    if direction.kind == "still":
        return 0 if direction.share > 0.5 else 2
    return {"along": 1, "back": 1, "other": 2}[direction.kind]


def direction_words(way: np.ndarray) -> str:
    """A direction (3,) in camera coordinates (x right, y down, z forward), as one would say it of the photo."""
    right, down, forward = (float(value) for value in way)
    if abs(forward) > DEPTH_FIRST * np.hypot(right, down):
        return "away from the camera" if forward > 0 else "towards the camera"
    return _SIDEWAYS[round(np.arctan2(down, right) / (np.pi / 4)) % 8]


def summary(directions: list[Direction]) -> str:
    """The directions as one sentence: "62% towards the lower left, 38% the other way"."""
    return ", ".join(
        f"{percent}% {direction.words}"
        for percent, direction in zip(
            percentages([direction.share for direction in directions]), directions, strict=True
        )
    )


def percentages(shares: list[float]) -> list[int]:
    """Whole percents of shares that sum to 1, which sum to 100: the largest remainders are rounded up."""
    exact = 100.0 * np.asarray(shares, np.float64)
    whole = np.floor(exact + 1e-9).astype(int)
    missing = round(exact.sum()) - whole.sum()
    for index in np.argsort(-(exact - whole), kind="stable")[: max(missing, 0)]:
        whole[index] += 1
    return [int(value) for value in whole]
