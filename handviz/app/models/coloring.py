"""What colours say: arrays in, colours (K, T, 3) or (K, T, V, 3) uint8 out, and the scale a legend shows for them."""

from dataclasses import dataclass

import numpy as np

from handviz.app.models.palette import STEPS, cluster_colors, moment_color, scale_table, timestep_colors


@dataclass(frozen=True)
class Scale:
    """Numbers that colours stand for: from low to high in a unit, by one of palette.scale_table's maps."""

    title: str
    low: float
    high: float
    unit: str = ""
    table: str = "heat"

    def colors(self, values: np.ndarray) -> np.ndarray:
        """Colours (..., 3) uint8 of values (...); those beyond the ends have the ends' colours."""
        factor = (STEPS - 1) / max(self.high - self.low, 1e-9)
        index = np.clip((values - self.low) * factor + 0.5, 0, STEPS - 1).astype(np.uint8)
        return scale_table(self.table).take(index, axis=0)

    def ticks(self) -> list[tuple[float, str]]:
        """Three values, low, middle, high, and their texts."""
        values = (self.low, 0.5 * (self.low + self.high), self.high)
        decimals = 0 if self.high - self.low >= 8 else 1 if self.high - self.low >= 1 else 2
        return [(value, f"{value:.{decimals}f}") for value in values]


def score_scale(scores: np.ndarray) -> Scale:
    """From the least to the greatest of scores (K,), apart by a hundredth at least."""
    # A score of 0.4 in single precision is a little more than that.
    low, high = np.floor(100.0 * float(scores.min()) + 1e-4), np.ceil(100.0 * float(scores.max()) - 1e-4)
    low, high = float(low) / 100.0, float(high) / 100.0
    return Scale("Score", low, max(high, low + 0.01), table="score")


def millimetre_scale(title: str, values: np.ndarray) -> Scale:
    """From 0 to a round number of millimetres that few of values (...) exceed."""
    high = float(np.percentile(values, 98)) if values.size else 1.0
    return Scale(title, 0.0, round_up(high), "mm")


def round_up(value: float) -> float:
    """The next of 1, 2, 3, 4, 5, 6, 8, 10 times a power of ten."""
    power = 10.0 ** np.floor(np.log10(max(value, 0.1)))
    steps = np.array([1, 2, 3, 4, 5, 6, 8, 10]) * power
    return float(steps[np.searchsorted(steps, value * (1 - 1e-9))])


def by_timestep(hypotheses: int, timesteps: int, time: float | None = None) -> np.ndarray:
    """(K, T, 3): each timestep its own; at a time all the colour of that moment."""
    colors = timestep_colors(timesteps)
    if time is not None:
        colors = np.repeat(moment_color(time / max(timesteps - 1, 1))[None], timesteps, axis=0)
    return np.repeat(as_bytes(colors)[None], hypotheses, axis=0)


def by_value(values: np.ndarray, timesteps: int, scale: Scale) -> np.ndarray:
    """(K, T, 3) of one value (K,) a hypothesis."""
    return np.repeat(scale.colors(values)[:, None], timesteps, axis=1)


def by_cluster(labels: np.ndarray, timesteps: int) -> np.ndarray:
    """(K, T, 3) of clusters (K,)."""
    colors = as_bytes(cluster_colors(int(labels.max()) + 1 if len(labels) else 0))
    return np.repeat(colors[labels][:, None], timesteps, axis=1)


def towards(colors: np.ndarray, other: np.ndarray, share: float) -> np.ndarray:
    """Colours (..., 3) uint8 moved by a share towards another one (3,) in 0..1."""
    return (colors + share * (255.0 * np.asarray(other, np.float32) - colors) + 0.5).astype(np.uint8)


def as_bytes(colors: np.ndarray) -> np.ndarray:
    """Colours in 0..1 to uint8."""
    return (255.0 * np.asarray(colors) + 0.5).astype(np.uint8)
