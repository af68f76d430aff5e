"""Which hypotheses are kept: by a threshold on the selection score, the top n, or n good ones that differ."""

import numpy as np

VARIETY = 1.3
"""What a usual distance is worth beside log odds in `varied`; chosen on validation photos."""
_LEAST_SCORE, _LEAST_DOUBT, _LEAST_UNIT = 1e-30, 1e-15, 1e-6


def score_from_logits(mu: np.ndarray, nu: np.ndarray) -> np.ndarray:
    """p(y=1 | x) (...) = exp(mu) / (exp(mu) + exp(nu)), computed without overflow."""
    difference = np.clip(np.asarray(nu, np.float64) - np.asarray(mu, np.float64), -700, 700)
    return 1.0 / (1.0 + np.exp(difference))


def keep_above(score: np.ndarray, threshold: float) -> np.ndarray:
    """Mask (K,) of the hypotheses whose score (K,) is at least threshold."""
    return np.asarray(score) >= threshold


def ranking(score: np.ndarray) -> np.ndarray:
    """Indices (..., K) from the best score to the worst; equal scores keep their order."""
    return np.argsort(-np.asarray(score), axis=-1, kind="stable")


def varied(score: np.ndarray, joints: np.ndarray, n: int) -> np.ndarray:
    """Indices (..., min(n, K)) of good hypotheses that differ, the best first, from scores (..., K) and wrist-relative
    joints (..., K, T, 21, 3).

    The best scores often belong to hypotheses that are nearly the same. After the first, each next one has the highest
    log odds plus VARIETY times its distance from the nearest one taken so far, in units of the usual distance from the
    hypotheses' mean (maximal marginal relevance, Carbonell and Goldstein 1998).
    """
    score = np.clip(np.asarray(score, np.float64), _LEAST_SCORE, 1.0 - _LEAST_DOUBT)
    worth = np.log(score) - np.log1p(-score)
    points = np.asarray(joints, np.float32)
    count = score.shape[-1]
    unit = _distance(points, points.mean(-4, keepdims=True)).mean(-1, keepdims=True)
    free, nearest = np.ones(score.shape, bool), np.zeros(score.shape)
    taken: list[np.ndarray] = []
    for _ in range(min(max(n, 0), count)):
        best = np.where(free, worth + VARIETY * nearest, -np.inf).argmax(-1)[..., None]
        np.put_along_axis(free, best, False, axis=-1)
        own = np.take_along_axis(points, best[..., None, None, None], axis=-4)
        distance = _distance(points, own) / np.maximum(unit, _LEAST_UNIT)
        nearest = np.minimum(nearest, distance) if taken else distance
        taken.append(best)
    return np.concatenate(taken, -1) if taken else np.zeros((*score.shape[:-1], 0), np.int64)


def _distance(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Mean distance (...) of the joints of sequences (..., T, 21, 3)."""
    apart = first - second
    # Twice as fast as linalg.norm; the window asks for it while a person waits.
    return np.sqrt(np.einsum("...a,...a->...", apart, apart)).mean((-2, -1))


def keep_top(score: np.ndarray, n: int) -> np.ndarray:
    """Mask (..., K) of the n best scores (..., K)."""
    score = np.asarray(score)
    mask = np.zeros(score.shape, bool)
    np.put_along_axis(mask, ranking(score)[..., : max(n, 0)], True, axis=-1)
    return mask
