"""The pictures of a blur sweep: a sharp picture blurred by a line, by measured motion, or by neighbouring frames."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from handviz.errors import InputError
from handviz.hypotheses.blur import in_one_order, longest_path
from handviz.hypotheses.clip_truth import clip_truth_beside
from handviz.hypotheses.prediction import Prediction
from handviz.hypotheses.sweep import MAX_STEPS, blur_steps
from handviz.hypotheses.truth import Truth, truth_beside
from handviz.media import open_media
from handviz.media.smear import (
    average,
    motion_between,
    motion_of_points,
    smear_along,
    smear_line,
    travel_px,
)
from handviz.media.video import Video

KINDS = {"line": "Straight line", "motion": "Measured motion", "frames": "Neighbouring frames"}
"""Kinds of blur, with what a person calls them."""
_REACH = 0.35
"""How far around a joint the picture moves with it, in sides of the hand box."""


@dataclass(frozen=True)
class SweepPlan:
    """What a sweep is to do."""

    kind: str = "line"
    """One of KINDS."""
    longest_px: float = 120.0
    """Blur of the last step, px of the photo; frames blur by what moves between them."""
    steps: int = 9
    degrees: float = 0.0
    """Direction of the line: 0 to the right, 90 down."""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise InputError(f"There is no blur called {self.kind}; use one of {', '.join(KINDS)}.")
        blur_steps(self.longest_px, self.steps)


def frames_needed(plan: SweepPlan, frame: int, frame_count: int) -> list[int]:
    """The frames around frame that the plan averages; of a photo, or for other kinds, that one alone.

    Raises InputError when there are no neighbours on both sides.
    """
    if plan.kind != "frames":
        return [frame]
    reach = min(plan.steps - 1, MAX_STEPS, frame, frame_count - 1 - frame)
    if reach < 1:
        raise InputError(
            "Neighbouring frames are averaged in videos only, at a frame with others on both sides; choose one, or "
            "blur by a line."
        )
    return list(range(frame - reach, frame + reach + 1))


@dataclass(frozen=True, eq=False)
class SweepSource:
    """What a sweep starts from."""

    images: tuple[np.ndarray, ...]
    """The frames_needed, each (H, W, 3) uint8 RGB; the sharp one in the middle."""
    focal_px: float | None = None
    """As the photo's file notes it."""
    frame: int = 0
    frame_count: int = 1
    frames_per_second: float = 0.0
    truth: Truth | None = None
    """Of the sharp picture: its blurred versions are compared with it too."""

    @property
    def sharp(self) -> np.ndarray:
        """The picture to blur."""
        return self.images[len(self.images) // 2]


def read_source(path: str | Path, frame: int, plan: SweepPlan) -> SweepSource:
    """Read a photo, or of a video the frames that the plan needs. Raises InputError."""
    media = open_media(path)
    if not isinstance(media, Video):
        frames_needed(plan, 0, 1)
        return SweepSource((media.image,), media.focal_px, truth=_quietly(truth_beside, Path(path)))
    with media:
        if not 0 <= frame < media.frame_count:
            raise InputError(f"{path} has frames 0 to {media.frame_count - 1}, not {frame}; choose one of them.")
        images = tuple(media.frame(number) for number in frames_needed(plan, frame, media.frame_count))
        clip = _quietly(clip_truth_beside, Path(path))
        truth = None if clip is None else clip.at(frame)
        return SweepSource(images, None, frame, media.frame_count, media.fps, truth)


def _quietly(read: Callable[[Path], Any], path: Path) -> Any:
    """What lies beside a picture, or None where it cannot be read: a sweep needs no truth."""
    try:
        return read(path)
    except InputError:
        return None


def sweep_pictures(
    plan: SweepPlan, images: Sequence[np.ndarray], sharp: Prediction
) -> Iterator[tuple[float, np.ndarray]]:
    """Blur in px and picture (H, W, 3) uint8 of every step after the sharp one.

    images are the frames_needed, the middle one being the sharp picture, whose prediction is sharp.
    """
    middle = len(images) // 2
    image = images[middle]
    box = tuple(float(value) for value in sharp.box)
    if plan.kind == "frames":
        moved = [travel_px(motion_between(one, other), box) for one, other in pairwise(images)]
        for reach in range(1, middle + 1):
            # A frame stands for the time until the next one, so 2 r + 1 frames last as long as 2 r + 1 steps of motion.
            between = moved[middle - reach : middle + reach]
            blur = sum(between) * (2 * reach + 1) / (2 * reach)
            yield blur, average(images[middle - reach : middle + reach + 1])
        return
    motion = own_motion(sharp) if plan.kind == "motion" else None
    for length in blur_steps(plan.longest_px, plan.steps)[1:]:
        if motion is None:
            yield float(length), smear_line(image, float(length), plan.degrees)
        else:
            points, moves, longest = motion
            height, width = image.shape[:2]
            field = motion_of_points(points, moves * (length / longest), (width, height), _REACH * max(box[2:]))
            yield float(length), smear_along(image, field)


def own_motion(prediction: Prediction) -> tuple[np.ndarray, np.ndarray, float]:
    """Where the hypotheses see joints move: their places (21, 2) at the middle, their way (21, 2) from past to future,
    and the longest way, all in px. Raises InputError when nothing moves."""
    joints = in_one_order(prediction.joints_2d.astype(np.float64), int(np.argmax(prediction.score))).mean(0)
    moves = joints[-1] - joints[0]
    longest = float(longest_path(joints[[0, -1]]))
    if longest < 1.0:
        raise InputError("The hypotheses of this picture do not move, so there is no motion to blur it by; use a line.")
    return joints[len(joints) // 2], moves, longest


def motion_degrees(prediction: Prediction) -> float:
    """Direction of the motion that the hypotheses see, mean over joints; 0 where they see none."""
    try:
        _, moves, _ = own_motion(prediction)
    except InputError:
        return 0.0
    x, y = moves.mean(0)
    # A blur has no arrow: the half turn that points right stands for both.
    return float((np.degrees(np.arctan2(y, x)) + 90.0) % 180.0 - 90.0)
