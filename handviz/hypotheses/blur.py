"""How long the blur of a photo is, as its hypotheses tell: the path of the joint that travels farthest."""

import numpy as np

from handviz.hypotheses.errors import reverse_time


def runs_against(sequences: np.ndarray, reference: int = 0) -> np.ndarray:
    """Mask (K,) of the sequences (K, T, J, D) that come closer to the motion of the reference when time runs backwards.

    Motions are compared by their travel over the exposure, which does not depend on where each hand stands.
    """
    travel = sequences[:, -1] - sequences[:, 0]
    return (travel * travel[reference]).sum((-2, -1)) < 0


def in_one_order(sequences: np.ndarray, reference: int = 0) -> np.ndarray:
    """Sequences (K, T, J, D), each reversed in time where that brings it closer to the motion of the reference.

    A motion and its reverse leave the same photo, so hypotheses come in both orders; their mean would stand still.
    """
    turned = runs_against(sequences, reference)
    return np.where(turned[:, None, None, None], reverse_time(sequences, 1), sequences)


def longest_path(joints: np.ndarray) -> np.ndarray:
    """Length (...) of the longest path of any joint over sequences (..., T, J, D), in their unit."""
    return np.linalg.norm(np.diff(joints, axis=-3), axis=-1).sum(-2).max(-1)


def blur_length_px(joints_2d: np.ndarray, score: np.ndarray, keep: np.ndarray | None = None) -> float:
    """Longest joint path of the mean of the kept hypotheses, in the pixels of joints_2d (K, T, 21, 2).

    score (K,) tells whose temporal order the others follow; keep (K,) is a mask, all by default or where it is empty.
    """
    chosen = np.arange(len(score)) if keep is None or not np.any(keep) else np.flatnonzero(keep)
    aligned = in_one_order(joints_2d[chosen].astype(np.float64), int(np.argmax(score[chosen])))
    return float(longest_path(aligned.mean(0)))
