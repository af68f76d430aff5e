"""Where plot units lie in pixels, and the round numbers along an axis."""

from dataclasses import dataclass

import numpy as np

from handviz.app.models.score_axis import round_step


@dataclass(frozen=True)
class PlotView:
    """Plot units laid over pixels that are counted from the upper left corner."""

    x: float = 0.0
    """The plot's x at the left edge."""
    y: float = 0.0
    """The plot's y at the upper edge."""
    scale_x: float = 1.0
    """Pixels per unit."""
    scale_y: float = 1.0
    """Pixels per unit; negative where y grows upwards."""

    @staticmethod
    def fitting(
        low: tuple[float, float],
        high: tuple[float, float],
        area: tuple[float, float, float, float],
        square: bool,
        upwards: bool,
    ) -> "PlotView":
        """The view that shows units from low to high in an area (left, top, width, height) of pixels.

        square: a unit is as long in x as in y, and what is shown lies in the middle.
        """
        left, top, width, height = area
        scale_x = max(width, 1.0) / max(high[0] - low[0], 1e-9)
        scale_y = max(height, 1.0) / max(high[1] - low[1], 1e-9)
        if square:
            scale_x = scale_y = min(scale_x, scale_y)
        middle = 0.5 * (low[0] + high[0]), 0.5 * (low[1] + high[1])
        scale_y = -scale_y if upwards else scale_y
        x = middle[0] - (left + 0.5 * width) / scale_x
        return PlotView(x, middle[1] - (top + 0.5 * height) / scale_y, scale_x, scale_y)

    def to_pixels(self, points: np.ndarray) -> np.ndarray:
        """Pixels (..., 2) of points (..., 2) in plot units."""
        return (np.asarray(points, np.float64) - (self.x, self.y)) * (self.scale_x, self.scale_y)

    def to_plot(self, pixels: np.ndarray) -> np.ndarray:
        """Plot units (..., 2) of pixels (..., 2)."""
        return np.asarray(pixels, np.float64) / (self.scale_x, self.scale_y) + (self.x, self.y)

    def zoomed(self, factor: float, x: float, y: float) -> "PlotView":
        """Magnified by factor about the pixel (x, y)."""
        at = self.to_plot(np.array([x, y]))
        scale_x, scale_y = self.scale_x * factor, self.scale_y * factor
        return PlotView(float(at[0] - x / scale_x), float(at[1] - y / scale_y), scale_x, scale_y)

    def panned(self, right: float, down: float) -> "PlotView":
        """Moved by pixels."""
        return PlotView(self.x - right / self.scale_x, self.y - down / self.scale_y, self.scale_x, self.scale_y)


def ticks(low: float, high: float, most: int) -> list[tuple[float, str]]:
    """Round numbers from low to high, about so many at most, with their texts."""
    step = round_step(max(high - low, 1e-9), max(most, 1))
    decimals = max(0, int(np.ceil(-np.log10(step) - 1e-9)))
    numbers = range(int(np.ceil(low / step - 1e-9)), int(np.floor(high / step + 1e-9)) + 1)
    # A minus as long as a plus, and no minus before nought.
    return [(number * step, f"{number * step:.{decimals}f}".replace("-", "−")) for number in numbers]
