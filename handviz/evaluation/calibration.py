"""The temperature of a selector, fitted on photos it was not trained on: its score becomes a probability."""

import numpy as np
import torch
from scipy.optimize import minimize_scalar

from handviz.evaluation.collect import Collected
from handviz.evaluation.metrics import expected_calibration_error
from handviz.hypotheses.selection import ranking, score_from_logits
from handviz.network.selector import Selector

_LOG_BOUNDS = (-3.0, 3.0)


def labels_of(collected: Collected, best_share: float) -> np.ndarray:
    """1 for the best_share of each photo's hypotheses that lie nearest to the truth, else 0: (N, K)."""
    sequence = collected.sequence_errors()
    n = max(1, round(best_share * sequence.shape[1]))
    labels = np.zeros(sequence.shape)
    np.put_along_axis(labels, ranking(-sequence)[:, :n], 1.0, axis=1)
    return labels


def log_loss(mu: np.ndarray, nu: np.ndarray, labels: np.ndarray, log_temperature: float) -> float:
    """Mean of -log p(label) of scores at a temperature."""
    margin = (np.asarray(mu, np.float64) - nu) * np.exp(-log_temperature)
    return float(np.logaddexp(0.0, np.where(labels > 0.5, -margin, margin)).mean())


def fit_log_temperature(mu: np.ndarray, nu: np.ndarray, labels: np.ndarray) -> float:
    """The log of the temperature of least log loss for logits (N, K) and labels (N, K)."""
    found = minimize_scalar(lambda t: log_loss(mu, nu, labels, t), bounds=_LOG_BOUNDS, method="bounded")
    return float(found.x)


def calibrate(selector: Selector, collected: Collected, best_share: float) -> dict[str, float]:
    """Set the selector's temperature from what it said of validation photos; figures before and after.

    collected holds the logits at the selector's present temperature.
    """
    labels = labels_of(collected, best_share)
    change = fit_log_temperature(collected.mu, collected.nu, labels)
    with torch.no_grad():
        selector.log_temperature += change
    figures = {"temperature": float(selector.log_temperature.exp())}
    for when, log_temperature in (("before", 0.0), ("after", change)):
        factor = np.exp(-log_temperature)
        score = score_from_logits(collected.mu * factor, collected.nu * factor)
        figures[f"log_loss_{when}"] = log_loss(collected.mu, collected.nu, labels, log_temperature)
        figures[f"ece_{when}"] = expected_calibration_error(score.ravel(), labels.ravel())
    return figures
