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
CONE = np.cos(np.radians(60.0))
"""A hypothesis moves along a direction when it is within this of it."""

_SIDEWAYS = (
    "to the right", "towards the lower right", "downwards", "towards the lower left",
    "to the left", "towards the upper left", "upwards", "towards the upper right",
)  # fmt: skip


@dataclass(frozen=True)
class Direction:
    """Hypotheses that move alike.

    vector (3,) millimetres is their mean way from past to future, camera coordinates; share of all, 0..1; words say it.
    kind: "along" the common axis, "back" along it, "other" ways, or "still".
    """

    kind: str
    vector: np.ndarray
    share: float
    words: str


def fingertip_motion_mm(joints: np.ndarray) -> np.ndarray:
    """(K, 3) mm from past to future, mean of the five fingertips of joints (K, T, 21, 3), camera coordinates."""
    tips = joints[:, :, list(FINGERTIP_JOINTS)]
    return MM * (tips[:, -1] - tips[:, 0]).mean(1).astype(np.float64)


def motion_directions(motion: np.ndarray) -> list[Direction]:
    """Which way hypotheses with motion (K, 3) mm move, the greatest share first; kinds that nobody is of are left out.

    The common axis is that of the largest share of all directions whatever their sign: a photo of a motion is one of
    its reverse too.
    """
    count = len(motion)
    length = np.linalg.norm(motion, axis=1)
    moving = length >= STILL_MM
    groups = {"still": ~moving}
    if moving.any():
        unit = motion / np.maximum(length, 1e-9)[:, None]
        _, vectors = np.linalg.eigh(unit[moving].T @ unit[moving])
        along = unit @ vectors[:, -1]
        ahead, back = moving & (along >= CONE), moving & (along <= -CONE)
        if back.sum() > ahead.sum():
            ahead, back = back, ahead
        groups |= {"along": ahead, "back": back, "other": moving & ~ahead & ~back}
    means = {kind: motion[mask].mean(0) for kind, mask in groups.items() if mask.any()}
    words = {"still": "hardly moving", "other": "other ways", "back": "the other way"}
    if "along" in means:
        words["along"] = direction_words(means["along"])
    elif "back" in means:
        words["back"] = direction_words(means["back"])
    found = [Direction(kind, mean, float(groups[kind].sum()) / count, words[kind]) for kind, mean in means.items()]
    return sorted(found, key=lambda direction: -direction.share)


def direction_words(vector: np.ndarray) -> str:
    """A direction (3,) in camera coordinates (x right, y down, z forward), as one would say it of the photo."""
    right, down, forward = (float(value) for value in vector)
    if abs(forward) > 1.7 * np.hypot(right, down):
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
