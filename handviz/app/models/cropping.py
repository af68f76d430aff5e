"""Which part of a photo a thumbnail shows."""

from handviz.app.models.crop_box import Box

MARGIN = 0.35
"""Share of the box's longer side that is shown around it."""


def thumbnail_region(box: Box | None, width: int, height: int, aspect: float) -> tuple[int, int, int, int]:
    """left, top, right, bottom of the part of a photo to show, of width / height = aspect where the photo allows.

    The box lies in its middle with a margin; without a box the whole photo is shown.
    """
    if box is None:
        return 0, 0, width, height
    x, y, w, h = box
    margin = MARGIN * max(w, h)
    wide, high = w + 2 * margin, h + 2 * margin
    wide, high = max(wide, high * aspect), max(high, wide / aspect)
    wide, high = min(wide, float(width)), min(high, float(height))
    left = min(max(x + 0.5 * w - 0.5 * wide, 0.0), width - wide)
    top = min(max(y + 0.5 * h - 0.5 * high, 0.0), height - high)
    right, bottom = min(round(left + wide), width), min(round(top + high), height)
    return min(int(left), right - 1), min(int(top), bottom - 1), right, bottom
