"""Which hypotheses of a prediction are kept by score, and which ones a person selected, pinned, hid or points at."""

from collections.abc import Iterable
from typing import Literal

import numpy as np

from handviz.app.models.signal import Signal
from handviz.hypotheses.selection import keep_above, keep_top, ranking, varied

Mode = Literal["threshold", "top", "varied"]
MODES: tuple[Mode, ...] = ("threshold", "top", "varied")
"""Keep what scores at least the threshold, the top n, or n good ones that differ."""

NOBODY: frozenset[int] = frozenset()


class SelectionModel:
    """What is kept by score, and one selection shared by the table, the plots, the viewport and the photo.

    changed is emitted after any change but of hovered, which has hover_changed: it follows the pointer. Scores are
    (K,); hypotheses are named by their index 0..K-1. Whatever names hypotheses ends with their prediction; mode,
    threshold and top_n stay.
    """

    def __init__(self, threshold: float = 0.0, top_n: int = 4) -> None:
        self.changed = Signal()
        self.hover_changed = Signal()
        self._scores = np.zeros(0, np.float32)
        self._order = np.zeros(0, np.int64)
        self._points: np.ndarray | None = None
        self._varied = np.zeros(0, np.int64)
        self._mode: Mode = "threshold"
        self._threshold = threshold
        self._top_n = top_n
        self._chosen: int | None = None
        self._selected = NOBODY
        self._hidden = NOBODY
        self._pinned = NOBODY
        self._hovered: int | None = None

    @property
    def scores(self) -> np.ndarray:
        """(K,) p(y=1 | x) of every hypothesis."""
        return self._scores

    @property
    def order(self) -> np.ndarray:
        """Indices (K,) from the best score to the worst."""
        return self._order

    @property
    def mode(self) -> Mode:
        """Whether the threshold says what is kept, or top_n and how."""
        return self._mode

    @property
    def counts(self) -> bool:
        """Whether top_n says how many are kept."""
        return self._mode != "threshold"

    @property
    def threshold(self) -> float:
        """In mode "threshold" hypotheses that score at least this are kept."""
        return self._threshold

    @property
    def top_n(self) -> int:
        """In modes "top" and "varied" so many are kept."""
        return self._top_n

    @property
    def kept(self) -> np.ndarray:
        """Mask (K,) of the hypotheses kept by score."""
        if self._mode == "threshold":
            return keep_above(self._scores, self._threshold)
        if self._mode == "top" or self._points is None:
            return keep_top(self._scores, self._top_n)
        mask = np.zeros(len(self._scores), bool)
        mask[self._taken()] = True
        return mask

    @property
    def visible(self) -> np.ndarray:
        """Mask (K,) of the hypotheses to show: kept or pinned, and not hidden."""
        visible = self.kept
        visible[list(self._pinned)] = True
        visible[list(self._hidden)] = False
        return visible

    @property
    def chosen(self) -> int | None:
        """The hypothesis whose joints lie over the photo: one of the selected, else the best; None without any."""
        return self._chosen

    @property
    def selected(self) -> frozenset[int]:
        """What a person selected; it is highlighted."""
        return self._selected

    @property
    def picked(self) -> bool:
        """Whether a person chose the chosen one (it is then selected), or it merely is the best by score."""
        return bool(self._selected)

    @property
    def hidden(self) -> frozenset[int]:
        """What a person hid, whatever it scores."""
        return self._hidden

    @property
    def pinned(self) -> frozenset[int]:
        """What stays in sight whatever it scores."""
        return self._pinned

    @property
    def hovered(self) -> int | None:
        """The hypothesis under the pointer in any of the views."""
        return self._hovered

    def set_scores(self, scores: np.ndarray, points: np.ndarray | None = None) -> None:
        """Start over with another prediction: its best hypothesis is chosen, what is kept follows the same rule.

        points (K, T, N, 3) in metres, the first of them the wrist, tell how hypotheses differ.
        """
        self._scores = np.asarray(scores, np.float32)
        self._points = None if points is None else points - points[..., :1, :]
        self._varied = np.zeros(0, np.int64)
        self._order = ranking(self._scores)
        self._chosen = int(self._order[0]) if len(self._scores) else None
        self._selected = self._hidden = self._pinned = NOBODY
        self.changed.emit()
        self.hover(None)

    def set_mode(self, mode: Mode) -> None:
        """Let the threshold say what is kept, or top_n and how."""
        if mode not in MODES:
            raise ValueError(f"unknown mode {mode!r}; use one of {', '.join(MODES)}")
        if mode != self._mode:
            self._mode = mode
            self.changed.emit()

    def next_mode(self) -> None:
        """Take the mode after this one."""
        self.set_mode(MODES[(MODES.index(self._mode) + 1) % len(MODES)])

    def set_threshold(self, threshold: float) -> None:
        """Take another threshold, in 0..1."""
        threshold = float(np.clip(threshold, 0.0, 1.0))
        if threshold != self._threshold:
            self._threshold = threshold
            self.changed.emit()

    def set_top_n(self, top_n: int) -> None:
        """Take another number of best ones, at least 1."""
        top_n = max(int(top_n), 1)
        if top_n != self._top_n:
            self._top_n = top_n
            self.changed.emit()

    def choose(self, hypothesis: int | None) -> None:
        """Select one hypothesis alone; None selects nothing and goes back to the best one."""
        if not len(self._scores):
            return
        if hypothesis is None:
            self._take(NOBODY, int(self._order[0]))
        else:
            chosen = int(np.clip(hypothesis, 0, len(self._scores) - 1))
            self._take(frozenset({chosen}), chosen)

    def select(self, hypotheses: Iterable[int], chosen: int | None = None) -> None:
        """Select several; chosen is the one of them whose joints are shown.

        Left open, the one that was chosen stays if it is among them, else it is the best of them.
        """
        selected = self._known(hypotheses)
        if not selected:
            self.choose(None)
            return
        if chosen not in selected:
            chosen = self._chosen if self._chosen in selected else next(int(h) for h in self._order if h in selected)
        self._take(selected, chosen)

    def toggle(self, hypothesis: int) -> None:
        """Add a hypothesis to the selected, or take it out."""
        if hypothesis in self._selected:
            self.select(self._selected - {hypothesis})
        else:
            self.select(self._selected | {hypothesis}, hypothesis)

    def invert(self) -> None:
        """Select what is not selected, and nothing else."""
        self.select(set(range(len(self._scores))) - self._selected)

    def hide(self, hypotheses: Iterable[int]) -> None:
        """Hide hypotheses, whatever they score; what was pinned no longer is."""
        hidden = self._known(hypotheses)
        self._mark(self._hidden | hidden, self._pinned - hidden)

    def pin(self, hypotheses: Iterable[int]) -> None:
        """Keep hypotheses in sight, whatever they score; what was hidden no longer is."""
        pinned = self._known(hypotheses)
        self._mark(self._hidden - pinned, self._pinned | pinned)

    def unhide(self, hypotheses: Iterable[int]) -> None:
        """Let the score decide again about hidden hypotheses."""
        self._mark(self._hidden - self._known(hypotheses), self._pinned)

    def unpin(self, hypotheses: Iterable[int]) -> None:
        """Let the score decide again about pinned hypotheses."""
        self._mark(self._hidden, self._pinned - self._known(hypotheses))

    @property
    def targets(self) -> frozenset[int]:
        """What a command about hypotheses is about: the selected ones, else the chosen one."""
        return self._selected or (NOBODY if self._chosen is None else frozenset({self._chosen}))

    def toggle_pinned(self) -> None:
        """Pin the targets, or let them go when all of them are pinned."""
        targets = self.targets
        (self.unpin if targets <= self._pinned else self.pin)(targets)

    def toggle_hidden(self) -> None:
        """Hide the targets, or bring them back when all of them are hidden."""
        targets = self.targets
        (self.unhide if targets <= self._hidden else self.hide)(targets)

    def show_hidden(self) -> None:
        """Bring back everything that was hidden."""
        self.unhide(self._hidden)

    def hover(self, hypothesis: int | None) -> None:
        """Point at a hypothesis, or at none."""
        if hypothesis is not None and not 0 <= hypothesis < len(self._scores):
            hypothesis = None
        if hypothesis != self._hovered:
            self._hovered = hypothesis
            self.hover_changed.emit()

    def step(self, places: int) -> None:
        """Choose the hypothesis that many places further down the ranking; the ends stay put."""
        if self._chosen is None:
            return
        place = int(np.flatnonzero(self._order == self._chosen)[0])
        self.choose(int(self._order[np.clip(place + places, 0, len(self._scores) - 1)]))

    def choose_next_hit(self, hypotheses: list[int]) -> None:
        """Choose the first of the hypotheses under the pointer, front to back; if it is chosen already, the next."""
        if not hypotheses:
            self.choose(None)
            return
        unique = list(dict.fromkeys(hypotheses))
        at = unique.index(self._chosen) + 1 if self.picked and self._chosen in unique else 0
        self.choose(unique[at % len(unique)])

    def _taken(self) -> np.ndarray:
        """The first top_n of those that differ. Fewer are the first of more, so that most changes of n cost nothing."""
        wanted = min(self._top_n, len(self._scores))
        if len(self._varied) < wanted:
            self._varied = varied(self._scores, self._points, wanted)
        return self._varied[:wanted]

    def _known(self, hypotheses: Iterable[int]) -> frozenset[int]:
        return frozenset(int(h) for h in hypotheses if 0 <= h < len(self._scores))

    def _take(self, selected: frozenset[int], chosen: int) -> None:
        if (selected, chosen) != (self._selected, self._chosen):
            self._selected, self._chosen = selected, chosen
            self.changed.emit()

    def _mark(self, hidden: frozenset[int], pinned: frozenset[int]) -> None:
        if (hidden, pinned) != (self._hidden, self._pinned):
            self._hidden, self._pinned = hidden, pinned
            self.changed.emit()
