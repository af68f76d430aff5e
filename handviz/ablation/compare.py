"""From scores to a table: how well each loss selects, with intervals over photos, paired with a reference."""

from dataclasses import dataclass
from math import comb

import numpy as np
from scipy.stats import kendalltau

from handviz.ablation.outcome import SelectionOutcome
from handviz.evaluation.metrics import expected_calibration_error
from handviz.hypotheses.selection import ranking, score_from_logits

RANDOM = "random"
BY_PROJECTION = "by 2D projection"
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Row:
    """One loss, means over seeds."""

    name: str
    gap_closed: float
    gap_interval: tuple[float, float]
    """Of gap_closed, over resampled photos."""
    difference: tuple[float, float]
    """Interval of gap_closed minus the reference's on the same photos; (0, 0) for the reference itself."""
    seed_range: tuple[float, float]
    """Lowest and highest gap_closed of the seeds."""
    top1_mm: float
    hit_at_n: float
    kendall_tau: float
    ece: float
    """NaN where there is no probability."""
    brier: float
    """NaN where there is no probability."""


def expected_best_of_random(errors: np.ndarray, n: int) -> np.ndarray:
    """Expected lowest error (N,) of n hypotheses drawn without replacement from errors (N, K), exactly."""
    count = errors.shape[1]
    # The i-th smallest is the best of those drawn when the other n - 1 come from the count - 1 - i larger ones.
    weights = np.array([comb(count - 1 - i, n - 1) for i in range(count)], np.float64) / comb(count, n)
    return np.sort(errors, axis=1) @ weights


def gap_closed(selected: np.ndarray, chance: np.ndarray, oracle: np.ndarray) -> np.ndarray:
    """(chance - selected) / (chance - oracle) of the sums over the last axis: 0 for chance, 1 for the oracle."""
    return (chance.sum(-1) - selected.sum(-1)) / (chance.sum(-1) - oracle.sum(-1))


def compare(tested: dict[int, SelectionOutcome], n: int, reference: str, resamplings: int, seed: int = 0) -> list[Row]:
    """A row for chance, for the 2D projection and for each loss; tested holds one result for each seed."""
    results = list(tested.values())
    first = results[0]
    photos = len(first.mpjpe)
    samples = np.random.default_rng(seed).integers(0, photos, (resamplings, photos))
    chance, oracle = expected_best_of_random(first.mpjpe, n), first.mpjpe.min(1)

    def resampled(best: np.ndarray) -> np.ndarray:
        return gap_closed(best[samples], chance[samples], oracle[samples])

    def scores_of(name: str) -> list[np.ndarray]:
        if name == BY_PROJECTION:
            return [-first.projection_px]
        return [score_from_logits(t.mu[t.names.index(name)], t.nu[t.names.index(name)]) for t in results]

    best_of = {
        name: [_best_of_top(s, first.mpjpe, n) for s in scores_of(name)] for name in (BY_PROJECTION, *first.names)
    }
    to_compare = resampled(np.mean(best_of[reference], axis=0))
    rows = [_chance_row(first, n, -to_compare)]
    for name, best in best_of.items():
        gaps = resampled(np.mean(best, axis=0))
        by_seed = [float(gap_closed(b, chance, oracle)) for b in best]
        figures = np.mean([_figures(s, first, n, name != BY_PROJECTION) for s in scores_of(name)], axis=0)
        difference = (0.0, 0.0) if name == reference else _interval(gaps - to_compare)
        rows.append(
            Row(name, float(np.mean(by_seed)), _interval(gaps), difference, (min(by_seed), max(by_seed)), *figures)
        )
    return rows


def _chance_row(tested: SelectionOutcome, n: int, differences: np.ndarray) -> Row:
    count = tested.mpjpe.shape[1]
    nan, level = float("nan"), (0.0, 0.0)
    mean = float(tested.mpjpe.mean())
    return Row(RANDOM, 0.0, level, _interval(differences), level, mean, n / count, 0.0, nan, nan)


def _best_of_top(score: np.ndarray, errors: np.ndarray, n: int) -> np.ndarray:
    return np.take_along_axis(errors, ranking(score)[:, :n], axis=1).min(1)


def _figures(score: np.ndarray, tested: SelectionOutcome, n: int, probability: bool) -> np.ndarray:
    order = ranking(score)
    labels = np.zeros(score.shape)
    np.put_along_axis(labels, ranking(-tested.sequence)[:, :n], 1.0, axis=1)
    tau = [kendalltau(-s, e).statistic for s, e in zip(score, tested.sequence, strict=True)]
    return np.array(
        [
            np.take_along_axis(tested.mpjpe, order[:, :1], axis=1).mean(),
            np.take_along_axis(labels, order[:, :n], axis=1).mean(),
            np.nanmean(tau) if np.isfinite(tau).any() else 0.0,
            expected_calibration_error(score.ravel(), labels.ravel()) if probability else np.nan,
            ((score - labels) ** 2).mean() if probability else np.nan,
        ]
    )


def _interval(values: np.ndarray) -> tuple[float, float]:
    tail = 50.0 * (1.0 - CONFIDENCE)
    low, high = np.percentile(values, [tail, 100.0 - tail])
    return float(low), float(high)
