"""Dragging and resizing the hand box, as geometry in photo pixels."""

from dataclasses import dataclass

MIN_SIDE = 8.0
"""Boxes are at least this many photo pixels wide and high."""


@dataclass(frozen=True)
class Grip:
    """What of a box is held: -1 for the left or top edge, 1 for the right or bottom one; both 0 is the inside."""

    horizontal: int
    vertical: int


Box = tuple[float, float, float, float]
"""x, y, w, h in photo pixels."""


def grip_at(box: Box, x: float, y: float, reach: float) -> Grip | None:
    """The grip of the box under the photo pixel (x, y), within reach of an edge; None outside."""
    left, top, width, height = box
    if not (left - reach <= x <= left + width + reach and top - reach <= y <= top + height + reach):
        return None
    # In a small box the nearer of two opposite edges is meant.
    horizontal = _side(x, left, left + width, reach)
    vertical = _side(y, top, top + height, reach)
    return Grip(horizontal, vertical)


def _side(value: float, low: float, high: float, reach: float) -> int:
    if abs(value - low) <= reach and abs(value - low) <= abs(value - high):
        return -1
    return 1 if abs(value - high) <= reach else 0


def dragged(box: Box, grip: Grip, dx: float, dy: float, width: float, height: float) -> Box:
    """The box after its grip moved by (dx, dy) photo pixels, inside a photo of width x height."""
    x, y, w, h = box
    x, w = _dragged_span(x, w, grip.horizontal, grip == Grip(0, 0), dx, width)
    y, h = _dragged_span(y, h, grip.vertical, grip == Grip(0, 0), dy, height)
    return x, y, w, h


def _dragged_span(
    low: float, length: float, side: int, inside: bool, delta: float, limit: float
) -> tuple[float, float]:
    high = low + length
    if inside:
        low = min(max(low + delta, 0.0), max(limit - length, 0.0))
        return low, min(length, limit)
    if side < 0:
        low = min(max(low + delta, 0.0), high - MIN_SIDE)
    elif side > 0:
        high = max(min(high + delta, limit), low + MIN_SIDE)
    return low, high - low


def spanned(x0: float, y0: float, x1: float, y1: float, width: float, height: float) -> Box | None:
    """The box between two photo pixels, clipped to the photo; None when it is too small to hold a hand."""
    left, right = sorted((min(max(x0, 0.0), width), min(max(x1, 0.0), width)))
    top, bottom = sorted((min(max(y0, 0.0), height), min(max(y1, 0.0), height)))
    if right - left < MIN_SIDE or bottom - top < MIN_SIDE:
        return None
    return left, top, right - left, bottom - top
