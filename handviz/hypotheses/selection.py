"""Which hypotheses are kept: by a threshold on the selection score, or the top n."""

import numpy as np


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


def keep_top(score: np.ndarray, n: int) -> np.ndarray:
    """Mask (..., K) of the n best scores (..., K)."""
    score = np.asarray(score)
    mask = np.zeros(score.shape, bool)
    np.put_along_axis(mask, ranking(score)[..., : max(n, 0)], True, axis=-1)
    return mask
