"""Where a photo lies in a pane: zoom and pan as one affine map."""

from dataclasses import dataclass

import numpy as np

MIN_SCALE, MAX_SCALE = 0.02, 40.0


@dataclass(frozen=True)
class PhotoTransform:
    """Pane pixel = scale * photo pixel + (left, top)."""

    scale: float = 1.0
    left: float = 0.0
    top: float = 0.0

    @classmethod
    def fitting(cls, region: tuple[float, float, float, float], width: float, height: float) -> "PhotoTransform":
        """The whole region (x, y, w, h) of the photo centred in a pane of width x height."""
        x, y, w, h = region
        scale = min(width / max(w, 1e-6), height / max(h, 1e-6))
        return cls(scale, 0.5 * width - scale * (x + 0.5 * w), 0.5 * height - scale * (y + 0.5 * h))

    def to_pane(self, x: float, y: float) -> tuple[float, float]:
        """Photo pixels to pane pixels."""
        return self.scale * x + self.left, self.scale * y + self.top

    def to_photo(self, x: float, y: float) -> tuple[float, float]:
        """Pane pixels to photo pixels."""
        return (x - self.left) / self.scale, (y - self.top) / self.scale

    def panned(self, right: float, down: float) -> "PhotoTransform":
        """Shifted by pane pixels."""
        return PhotoTransform(self.scale, self.left + right, self.top + down)

    def zoomed_at(self, x: float, y: float, factor: float) -> "PhotoTransform":
        """Magnified by factor about the pane pixel (x, y), which keeps showing the same place of the photo."""
        scale = float(np.clip(self.scale * factor, MIN_SCALE, MAX_SCALE))
        ratio = scale / self.scale
        return PhotoTransform(scale, x - ratio * (x - self.left), y - ratio * (y - self.top))

    def intrinsics(self, photo_intrinsics: np.ndarray, pixel_ratio: float = 1.0) -> np.ndarray:
        """Intrinsics (3, 3) of a camera whose image is the pane, in pane pixels times pixel_ratio."""
        affine = np.array([[self.scale, 0.0, self.left], [0.0, self.scale, self.top], [0.0, 0.0, 1.0]])
        return np.diag([pixel_ratio, pixel_ratio, 1.0]) @ affine @ np.asarray(photo_intrinsics, np.float64)


def around(
    box: tuple[float, float, float, float], margin: float, width: float, height: float
) -> tuple[float, float, float, float]:
    """The box (x, y, w, h) grown by margin times its longer side, as far as the photo of width x height reaches."""
    x, y, w, h = box
    grow = margin * max(w, h)
    left, top = max(x - grow, 0.0), max(y - grow, 0.0)
    right, bottom = min(x + w + grow, width), min(y + h + grow, height)
    if right - left < 1.0 or bottom - top < 1.0:
        return 0.0, 0.0, width, height
    return left, top, right - left, bottom - top
