"""The metrics of method.md: errors of chosen hypotheses, quality of the selection, calibration of the distribution."""

import numpy as np
from scipy.stats import kendalltau, spearmanr

from handviz.evaluation.collect import Collected
from handviz.geometry.skeleton import TIMESTEPS, WRIST
from handviz.hypotheses.selection import ranking, score_from_logits, varied

ORDERS = ("ordered", "order_free")
_QUANTILES = np.arange(0.05, 0.96, 0.05)


def choices(collected: Collected, errors: np.ndarray, n: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Errors (N, T) of the hypotheses each rule chooses, from errors (N, K, T); a rule's mean, or its best by the mean
    over timesteps (an oracle)."""
    score = score_from_logits(collected.mu, collected.nu)
    count = errors.shape[1]
    n = min(n, count)
    selected = np.take_along_axis(errors, varied(score, collected.joints, n)[..., None], axis=1)
    top = np.take_along_axis(errors, ranking(score)[:, :n, None], axis=1)
    shuffled = rng.permuted(np.broadcast_to(np.arange(count), score.shape), axis=1)[:, :n, None]
    random = np.take_along_axis(errors, shuffled, axis=1)
    projected = np.take_along_axis(errors, np.argsort(collected.projection_px, axis=1)[:, :n, None], axis=1)

    def best(of: np.ndarray) -> np.ndarray:
        winner = of.mean(-1).argmin(1)
        return of[np.arange(len(of)), winner]

    return {
        "top-1 by score": top[:, 0],
        f"mean of {n} selected": selected.mean(1),
        f"best of {n} selected": best(selected),
        f"mean of top {n}": top.mean(1),
        f"best of top {n}": best(top),
        f"mean of random {n}": random.mean(1),
        f"best of random {n}": best(random),
        f"best of {n} by 2D projection": best(projected),
        f"mean of all {count}": errors.mean(1),
        f"best of {count}": best(errors),
    }


def error_table(collected: Collected, n: int, seed: int = 0) -> dict[str, dict[str, dict[str, list[float]]]]:
    """metric -> order -> rule -> mean error in mm for past, middle, future."""
    table: dict[str, dict[str, dict[str, list[float]]]] = {}
    for metric in ("mpjpe", "mpvpe", "pa_mpjpe"):
        errors_by_order = getattr(collected, metric)
        if not errors_by_order:
            continue
        table[metric] = {}
        for order in ORDERS:
            chosen = choices(collected, errors_by_order[order], n, np.random.default_rng(seed))
            table[metric][order] = {rule: [float(v) for v in errors.mean(0)] for rule, errors in chosen.items()}
    return table


def mean_hypothesis_mm(collected: Collected) -> float:
    """Middle MPJPE in mm of the average of all K hypotheses' joints."""
    return float(_middle_error_mm(collected.joints.mean(1), collected.truth_joints).mean())


def mean_of_selected_mm(collected: Collected, n: int) -> float:
    """Middle MPJPE in mm of the average of the joints of the n selected hypotheses: one answer from many."""
    order = varied(score_from_logits(collected.mu, collected.nu), collected.joints, n)[..., None, None, None]
    mean = np.take_along_axis(collected.joints, order, axis=1).mean(1)
    return float(_middle_error_mm(mean, collected.truth_joints).mean())


def _middle_error_mm(joints: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """MPJPE (N,) in mm at the middle timestep, which has no order, of joints and truth (N, T, 21, 3)."""
    middle = TIMESTEPS.index("middle")
    return 1000.0 * np.linalg.norm(joints[:, middle] - truth[:, middle], axis=-1).mean(-1)


def constant_baseline(collected: Collected) -> dict[str, list[float]]:
    """MPJPE in mm of the best constant answer: the mean wrist-relative joints of the evaluated set for every crop."""
    truth = collected.truth_joints
    constant = truth.mean((0, 1))
    errors = 1000.0 * np.linalg.norm(truth - constant, axis=-1).mean((0, 2))
    return {order: [float(value) for value in errors] for order in ORDERS}


def selection_metrics(collected: Collected, n: int, seed: int = 0) -> dict[str, float]:
    """How well the n best of K are found, by order-free errors: gap closed by selection and by the score alone;
    of the score hit@n, Kendall tau, ECE, Brier."""
    sequence = collected.sequence_errors()
    count = sequence.shape[1]
    score = score_from_logits(collected.mu, collected.nu)
    if count <= n:
        return {}
    chosen = choices(collected, collected.mpjpe["order_free"], n, np.random.default_rng(seed))
    rules = (f"best of random {n}", f"best of {n} selected", f"best of top {n}", f"best of {count}")
    random, selected, top, oracle = (chosen[rule].mean() for rule in rules)
    order = ranking(-sequence)
    labels = np.zeros_like(score)
    np.put_along_axis(labels, order[:, :n], 1.0, axis=1)
    hits = np.take_along_axis(labels, ranking(score)[:, :n], axis=1)
    tau = [kendalltau(-s, e).statistic for s, e in zip(score, sequence, strict=True)]
    return {
        "gap_closed": float((random - selected) / (random - oracle)),
        "gap_closed_by_score_alone": float((random - top) / (random - oracle)),
        f"hit@{n}": float(hits.mean()),
        "kendall_tau": float(np.nanmean(tau)),
        "ece": expected_calibration_error(score.ravel(), labels.ravel()),
        "brier": float(((score - labels) ** 2).mean()),
    }


def expected_calibration_error(score: np.ndarray, labels: np.ndarray, bins: int = 15) -> float:
    """Mean over equal bins of |mean score - share of good ones|, weighted by how many fall into each."""
    index = np.minimum((score * bins).astype(int), bins - 1)
    total = np.bincount(index, minlength=bins)
    gap = np.abs(np.bincount(index, score - labels, bins))
    return float(gap[total > 0].sum() / len(score))


def distribution_metrics(collected: Collected) -> dict[str, float]:
    """Of the whole distribution: energy score, pairwise distance, spread, quantile calibration, spread against blur,
    and beside it how closely the error of the averaged hypotheses' middle follows blur and spread."""
    joints, truth = collected.joints.astype(np.float64), collected.truth_joints.astype(np.float64)
    count = joints.shape[1]
    if count < 4:
        return {}
    pairwise = np.array([_pairwise_mm(sample) for sample in joints])
    spread = 1000.0 * np.sqrt(joints.var(axis=1).sum(-1)).mean((1, 2))
    # The reverse of a motion is as good a truth: each crop counts with both.
    to_truth = collected.mpjpe["ordered"].mean((1, 2))
    error = _middle_error_mm(joints.mean(1), truth)
    moving = np.arange(joints.shape[-2]) != WRIST
    frequency, ranked = quantile_frequencies(joints[..., moving, :], truth[..., moving, :])
    return {
        "energy_score_mm": float((to_truth - 0.5 * pairwise).mean()),
        "pairwise_mm": float(pairwise.mean()),
        "joint_std_mm": float(spread.mean()),
        "quantile_calibration_error": float(np.abs(frequency - _QUANTILES).mean()),
        "rank_calibration_error": float(np.abs(ranked - _QUANTILES).mean()),
        "spread_blur_spearman": float(spearmanr(spread, collected.blur_px).statistic),
        "error_blur_spearman": float(spearmanr(error, collected.blur_px).statistic),
        "error_spread_spearman": float(spearmanr(error, spread).statistic),
    }


def _pairwise_mm(joints: np.ndarray) -> float:
    count = len(joints)
    distance = np.linalg.norm(joints[:, None] - joints[None, :], axis=-1).mean((-2, -1))
    return float(1000.0 * distance.sum() / (count * (count - 1)))


def quantile_frequencies(joints: np.ndarray, truth: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How often the truth (N, T, J, 3) lies as near to the median as the q-quantile of hypotheses (N, K, T, J, 3), per
    joint: one per q of 0.05, 0.10 .. 0.95, as defined and by ranks.

    As defined, the median is the hypotheses' own, which lies nearer to them than to a truth of the same distribution:
    few hypotheses look too narrow. By ranks it is that of hypotheses and truth together, which favours neither.
    """
    median = np.median(joints, axis=1, keepdims=True)
    own = np.linalg.norm(joints - median, axis=-1)
    true = np.linalg.norm(truth - median[:, 0], axis=-1)
    frequency = (true[None] <= np.quantile(own, _QUANTILES, axis=1)).mean((1, 2, 3))
    together = np.concatenate([truth[:, None], joints], 1)
    distance = np.linalg.norm(together - np.median(together, axis=1, keepdims=True), axis=-1)
    nearer = (distance[:, 1:] < distance[:, :1]).sum(1)
    # Each rank stands for an equal part of 0..1; a q within the truth's part counts by where it lies in it.
    ranked = np.array([np.clip(q * together.shape[1] - nearer, 0.0, 1.0).mean() for q in _QUANTILES])
    return frequency, ranked
