"""Pixels of a ray-cast picture while it is put together, and the lines between hands."""

import numpy as np

from handviz.viewport.backends.tracing import Hits

NOTHING = -1
STEP = 12.0
"""A hand has a contour against itself where depth jumps by as much as so many pixels are wide there."""
GAP, FULL_GAP = 0.0008, 0.003
"""Metres between two hands where a line begins to part them, and from where it is full: where one merely dips into
another, lines would be a maze."""


class Layer:
    """P pixels: color (P, 3) and covered (P,) uint8, the hand (P,) that is solid there, or NOTHING, and its depth (P,).

    ghost (P,) is the ghost in front of it, or NOTHING.
    """

    def __init__(self, color: np.ndarray, covered: np.ndarray) -> None:
        self.color = color
        self.covered = covered
        self.hand = np.full(len(color), NOTHING, np.int32)
        self.ghost = np.full(len(color), NOTHING, np.int32)
        self.depth = np.full(len(color), np.inf, np.float32)

    def put(self, hits: Hits, color: np.ndarray) -> None:
        """Cover the struck pixels with colours (N, 3) uint8."""
        self.color[hits.ray] = color
        self.covered[hits.ray] = 255
        self.hand[hits.ray] = hits.hand
        self.depth[hits.ray] = hits.depth

    def blend(self, hits: Hits, color: np.ndarray, share: float) -> None:
        """Lay colours (N, 3) uint8 over the struck pixels, which shine through."""
        under = self.color[hits.ray].astype(np.float32)
        self.color[hits.ray] = under + share * (color - under) + np.float32(0.5)
        covered = self.covered[hits.ray].astype(np.float32)
        self.covered[hits.ray] = covered + share * (255.0 - covered) + np.float32(0.5)
        self.ghost[hits.ray] = hits.hand

    def darken(self, share: np.ndarray) -> None:
        """Take a share (P,) of the light from pixels, or from a grid of them, where no background shows."""
        share = share.reshape(-1)
        where = np.flatnonzero((share > 0) & (self.covered == 255))
        self.color[where] = self.color[where] * (1.0 - share[where, None])

    def grid(self, width: int) -> "Grid":
        """Its pixels as rows of that width."""
        return Grid(*(array.reshape(-1, width) for array in (self.hand, self.ghost, self.depth)))


class Grid:
    """hand, ghost and depth (H, W) of a layer."""

    def __init__(self, hand: np.ndarray, ghost: np.ndarray, depth: np.ndarray) -> None:
        self.hand, self.ghost, self.depth = hand, ghost, depth


def edges(grid: Grid) -> np.ndarray:
    """Where (H, W) the hand or the ghost differs from that of one of the four neighbours."""
    edge = np.zeros(grid.hand.shape, bool)
    for label in (grid.hand, grid.ghost):
        across, down = label[:, 1:] != label[:, :-1], label[1:] != label[:-1]
        edge[:, 1:] |= across
        edge[:, :-1] |= across
        edge[1:] |= down
        edge[:-1] |= down
    return edge


def contours(grid: Grid, focal: float) -> np.ndarray:
    """How much (H, W), 0..1, a solid hand is seen just behind another one, or behind a finger of its own: a line a
    pixel wide that tells meshes of one colour apart. focal in pixels."""
    line = np.zeros(grid.hand.shape, np.float32)
    # Where nothing is depth counts as 0: the outline against the background is there without a line.
    depth = np.where(grid.hand == NOTHING, np.float32(0.0), grid.depth)
    step = 1.0 + STEP / focal
    for near, far in ((np.s_[:, 1:], np.s_[:, :-1]), (np.s_[1:], np.s_[:-1])):
        for a, b in ((near, far), (far, near)):
            beside = grid.hand[a] != NOTHING
            behind = depth[b] - depth[a]
            other = np.clip((behind - GAP) / (FULL_GAP - GAP), 0.0, 1.0) * (grid.hand[a] != grid.hand[b])
            line[b] = np.maximum(line[b], beside * np.maximum(other, depth[b] > step * depth[a]))
    return line
