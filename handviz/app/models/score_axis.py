"""The axis of the histogram of scores: zoomed to the scores there are, the whole 0..1 within reach."""

from dataclasses import dataclass

import numpy as np

LEAST_SPAN = 0.02
"""Narrower than this one cannot aim."""


@dataclass(frozen=True)
class ScoreAxis:
    """A stretch of 0..1 laid over a width of 1."""

    low: float = 0.0
    high: float = 1.0

    @property
    def span(self) -> float:
        """Scores from end to end."""
        return self.high - self.low

    @property
    def whole(self) -> bool:
        """Whether it reaches from 0 to 1."""
        return self.low <= 0.0 and self.high >= 1.0

    @staticmethod
    def around(scores: np.ndarray) -> "ScoreAxis":
        """The axis from below the lowest of scores (K,) to above the highest, its ends on round numbers."""
        if not len(scores):
            return ScoreAxis()
        low, high = float(np.min(scores)), float(np.max(scores))
        margin = max(0.06 * (high - low), 0.5 * (LEAST_SPAN - (high - low)), 0.002)
        low, high = low - margin, high + margin
        step = 0.2 * round_step(high - low)
        return ScoreAxis(max(float(np.floor(low / step)) * step, 0.0), min(float(np.ceil(high / step)) * step, 1.0))

    def at(self, fraction: float) -> float:
        """The score at a fraction of the width, in 0..1."""
        return float(np.clip(self.low + self.span * fraction, 0.0, 1.0))

    def fraction(self, score: float) -> float:
        """Where a score lies; outside 0..1 when the axis does not show it."""
        return (score - self.low) / self.span

    def zoomed(self, factor: float, about: float) -> "ScoreAxis":
        """Magnified by factor about a score, within 0..1."""
        span = float(np.clip(self.span / factor, LEAST_SPAN, 1.0))
        low = about - (about - self.low) / self.span * span
        low = float(np.clip(low, 0.0, 1.0 - span))
        return ScoreAxis(low, low + span)

    def ticks(self, most: int = 4) -> list[tuple[float, str]]:
        """Round scores on the axis, at most so many, with their texts."""
        step = round_step(self.span, most)
        decimals = max(0, int(np.ceil(-np.log10(step) - 1e-9)))
        first = int(np.ceil(self.low / step - 1e-6))
        values = [number * step for number in range(first, int(np.floor(self.high / step + 1e-6)) + 1)]
        return [(value, f"{value:.{decimals}f}") for value in values]

    def key_step(self) -> float:
        """How far one press of a key moves a threshold."""
        return 0.1 * round_step(self.span)


def round_step(span: float, most: int = 4) -> float:
    """The least of 1, 2 and 5 times a power of ten of which at most so many fit into span."""
    exponent = np.floor(np.log10(span / most))
    for base in (1.0, 2.0, 5.0, 10.0):
        step = base * 10.0**exponent
        if span / step <= most + 1e-9:
            break
    return float(step)


def stacked(scores: np.ndarray, axis: ScoreAxis, bins: int) -> tuple[np.ndarray, np.ndarray]:
    """Bin (K,) of each score, -1 off the axis, and its level (K,) in the stack of its bin, the lowest score first."""
    scores = np.asarray(scores, np.float64)
    place = np.floor((scores - axis.low) / axis.span * bins).astype(int)
    place = np.where(scores == axis.high, bins - 1, place)
    place = np.where((place >= 0) & (place < bins), place, -1)
    level = np.zeros(len(scores), int)
    order = np.lexsort((np.arange(len(scores)), scores, place))
    ordered = place[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(scores) else np.zeros(0, int)
    lengths = np.diff(np.r_[starts, len(scores)])
    level[order] = np.arange(len(scores)) - np.repeat(starts, lengths)
    return place, level


def top_n_at(scores: np.ndarray, threshold: float) -> int:
    """How many best ones a line at threshold leaves, at least one."""
    return max(int((np.asarray(scores) >= threshold).sum()), 1)


def cut_of(scores: np.ndarray, top_n: int) -> float:
    """Where the line of the n best stands: midway between the last kept score and the next one."""
    ordered = np.sort(np.asarray(scores, np.float64))[::-1]
    if not len(ordered):
        return 0.0
    if top_n >= len(ordered):
        # Just below the lowest, so that it visibly keeps all.
        return float(max(ordered[-1] - 0.02 * max(ordered[0] - ordered[-1], 0.1), 0.0))
    return float(0.5 * (ordered[top_n - 1] + ordered[top_n]))
