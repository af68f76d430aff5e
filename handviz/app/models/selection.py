"""Which hypotheses of a prediction are kept, and which one is chosen."""

import numpy as np

from handviz.app.models.signal import Signal
from handviz.hypotheses.selection import keep_above, ranking


class SelectionModel:
    """A threshold on the score, and one chosen hypothesis.

    changed is emitted after any change. Scores are (K,); hypotheses are named by their index 0..K-1.
    """

    def __init__(self, threshold: float = 0.0) -> None:
        self.changed = Signal()
        self._scores = np.zeros(0, np.float32)
        self._threshold = threshold
        self._chosen: int | None = None
        self._picked = False

    @property
    def scores(self) -> np.ndarray:
        """(K,) p(y=1 | x) of every hypothesis."""
        return self._scores

    @property
    def threshold(self) -> float:
        """Hypotheses that score at least this are kept."""
        return self._threshold

    @property
    def kept(self) -> np.ndarray:
        """Mask (K,) of the kept hypotheses."""
        return keep_above(self._scores, self._threshold)

    @property
    def order(self) -> np.ndarray:
        """Indices (K,) from the best score to the worst."""
        return ranking(self._scores)

    @property
    def chosen(self) -> int | None:
        """The hypothesis whose joints lie over the photo; None without a prediction."""
        return self._chosen

    @property
    def picked(self) -> bool:
        """Whether a person chose it (it is then highlighted), or it merely is the best by score."""
        return self._picked

    def set_scores(self, scores: np.ndarray) -> None:
        """Start over with another prediction: its best hypothesis is chosen, the threshold stays."""
        self._scores = np.asarray(scores, np.float32)
        self._chosen = int(self.order[0]) if len(self._scores) else None
        self._picked = False
        self.changed.emit()

    def set_threshold(self, threshold: float) -> None:
        """Keep what scores at least threshold, in 0..1."""
        threshold = float(np.clip(threshold, 0.0, 1.0))
        if threshold != self._threshold:
            self._threshold = threshold
            self.changed.emit()

    def choose(self, hypothesis: int | None) -> None:
        """Highlight one hypothesis; None goes back to the best one, not highlighted."""
        if not len(self._scores):
            return
        chosen = int(self.order[0]) if hypothesis is None else int(np.clip(hypothesis, 0, len(self._scores) - 1))
        picked = hypothesis is not None
        if (chosen, picked) != (self._chosen, self._picked):
            self._chosen, self._picked = chosen, picked
            self.changed.emit()

    def step(self, places: int) -> None:
        """Choose the hypothesis that many places further down the ranking; the ends stay put."""
        if self._chosen is None:
            return
        place = int(np.flatnonzero(self.order == self._chosen)[0])
        self.choose(int(self.order[np.clip(place + places, 0, len(self._scores) - 1)]))

    def choose_next_hit(self, hypotheses: list[int]) -> None:
        """Choose the first of the hypotheses under the pointer, front to back; if it is chosen already, the next."""
        if not hypotheses:
            self.choose(None)
            return
        unique = list(dict.fromkeys(hypotheses))
        at = unique.index(self._chosen) + 1 if self._picked and self._chosen in unique else 0
        self.choose(unique[at % len(unique)])
