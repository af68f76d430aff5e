"""Small pictures of cases: the photo around the hand, with the kept hypotheses' mean joints drawn over it."""

import numpy as np
from PIL import Image, ImageDraw

from handviz.geometry.skeleton import BONES
from handviz.hypotheses.prediction import Prediction
from handviz.hypotheses.selection import keep_above, keep_top
from handviz.hypotheses.triage import TriageSettings

TIMESTEP_COLORS = ("#0072B2", "#D55E00", "#F0E442")
"""Past, middle, future, as in the window."""
_MARGIN = 0.3
_OUTLINE = "#101010"
_FINENESS = 2
"""Lines are drawn so many times larger and shrunk, for smooth edges."""


def kept_mean_joints(prediction: Prediction, settings: TriageSettings | None = None) -> np.ndarray | None:
    """Mean (T, 21, 2) px of the kept hypotheses' joints; of the best-scored one when none is kept.

    None for predictions that come without joints.
    """
    settings = settings or TriageSettings()
    if prediction.joints_2d.shape[2] == 0:
        return None
    by_threshold = settings.keep == "threshold"
    score = prediction.score
    keep = keep_above(score, settings.threshold) if by_threshold else keep_top(score, settings.top_n)
    return prediction.joints_2d[keep if keep.any() else keep_top(score, 1)].mean(0)


def case_picture(
    image: np.ndarray,
    box: tuple[float, float, float, float] | None,
    joints: np.ndarray | None = None,
    side: int = 480,
) -> Image.Image:
    """The part of image (H, W, 3) uint8 around box (x, y, w, h) px, its longer side `side` px.

    joints (T, 21, 2) px are drawn in the colours of the timesteps, from past to future; without them the box is.
    """
    left, top, right, bottom = _part(image, box, joints)
    scale = side / max(right - left, bottom - top)
    size = max(1, round((right - left) * scale)), max(1, round((bottom - top) * scale))
    part = Image.fromarray(image[top:bottom, left:right])
    # What has to be enlarged is enlarged with its lines, what has to be shrunk is shrunk first.
    picture = part.resize((size[0] * _FINENESS, size[1] * _FINENESS), Image.Resampling.BICUBIC)
    draw, scale = ImageDraw.Draw(picture), scale * _FINENESS
    corner = np.array([left, top])
    # Lines that lead far out of the picture take long to draw.
    far = np.array(picture.size)
    if joints is not None and np.isfinite(joints).all():
        for joints_now, color in zip((joints - corner) * scale, _colors(len(joints)), strict=True):
            _draw_hand(draw, joints_now.clip(-far, 2 * far), color)
    elif box is not None:
        x, y, w, h = box
        ends = ((np.array([[x, y], [x + w, y + h]]) - corner) * scale).clip(-far, 2 * far)
        for color, width in ((_OUTLINE, 8), ("#FFFFFF", 4)):
            draw.rectangle([tuple(ends[0]), tuple(ends[1])], outline=color, width=width)
    return picture.resize(size, Image.Resampling.LANCZOS)


def _part(image: np.ndarray, box: tuple | None, joints: np.ndarray | None) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of the part to show: the hand with a margin, inside the image."""
    height, width = image.shape[:2]
    points = [np.array([[box[0], box[1]], [box[0] + box[2], box[1] + box[3]]])] if box is not None else []
    if joints is not None and np.isfinite(joints).all():
        # A hypothesis far out of the picture must not shrink the hand to a dot.
        points.append(np.clip(joints.reshape(-1, 2), [0, 0], [width, height]))
    if not points:
        return 0, 0, width, height
    low, high = np.concatenate(points).min(0), np.concatenate(points).max(0)
    margin = _MARGIN * (high - low).max()
    left, top = np.clip(np.floor(low - margin), 0, [width - 1, height - 1]).astype(int)
    right, bottom = np.clip(np.ceil(high + margin), [left + 1, top + 1], [width, height]).astype(int)
    return int(left), int(top), int(right), int(bottom)


def _colors(count: int) -> list[str]:
    if count == len(TIMESTEP_COLORS):
        return list(TIMESTEP_COLORS)
    places = np.linspace(0, len(TIMESTEP_COLORS) - 1, count).round().astype(int) if count > 1 else [1]
    return [TIMESTEP_COLORS[place] for place in places]


def _draw_hand(draw: ImageDraw.ImageDraw, joints: np.ndarray, color: str) -> None:
    # A dark rim keeps each colour visible on any photo.
    for rim, width, radius in ((_OUTLINE, 10, 8), (color, 6, 6)):
        for parent, joint in BONES:
            draw.line([tuple(joints[parent]), tuple(joints[joint])], fill=rim, width=width)
        for x, y in joints:
            draw.ellipse([x - radius, y - radius, x + radius, y + radius], fill=rim)
