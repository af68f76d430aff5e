"""The losses of the selection network, by name, as the supplement argues between them.

All take logits mu, nu (B, K) (log p(x, y=1) and log p(x, y=0) up to a constant) and what the truth says of each
hypothesis: labels (B, K), 1 for the n of lowest error, and errors (B, K). The printed form leaves out the log that the
main paper and its public code take (supplement eqs 4, 6-8, 13, 14).
"""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from handviz.training.loss_config import SelectionLossConfig


def labels_of_best(errors: Tensor, n: int) -> Tensor:
    """Labels (B, K): 1 for the n hypotheses of lowest error (B, K), else 0."""
    best = errors.argsort(dim=-1, stable=True)[..., :n]
    return torch.zeros_like(errors).scatter_(-1, best, 1.0)


def _negative(log_probability: Tensor, form: str) -> Tensor:
    return -log_probability if form == "log" else -log_probability.exp()


def classifying_loss(mu: Tensor, nu: Tensor, labels: Tensor, form: str = "log") -> Tensor:
    """Mean of -log exp z^k / (exp mu^k + exp nu^k), z = mu where the label is 1 and nu where it is 0 (eq 8)."""
    log_probability = torch.where(labels > 0.5, functional.logsigmoid(mu - nu), functional.logsigmoid(nu - mu))
    return _negative(log_probability, form).mean()


def ranking_loss(mu: Tensor, nu: Tensor, labels: Tensor, form: str = "log") -> Tensor:
    """Mean of -log exp z^k / sum_j exp(same head of j) over all K (eq 9). Its floor in the log form is
    (n ln n + (K - n) ln(K - n)) / K, not 0."""
    log_probability = torch.where(labels > 0.5, mu.log_softmax(-1), nu.log_softmax(-1))
    return _negative(log_probability, form).mean()


def pairwise_loss(mu: Tensor, nu: Tensor, errors: Tensor, form: str = "log") -> Tensor:
    """Bradley-Terry: -log sigmoid(s^i - s^j) over all pairs where i has the lower error, s = mu - nu."""
    score = mu - nu
    difference = score[..., :, None] - score[..., None, :]
    better = errors[..., :, None] < errors[..., None, :]
    losses = _negative(functional.logsigmoid(difference), form)
    return (losses * better).sum() / better.sum().clamp_min(1)


def selection_loss(config: SelectionLossConfig, mu: Tensor, nu: Tensor, labels: Tensor, errors: Tensor) -> Tensor:
    """The loss that config names, a scalar."""
    choices: dict[str, Callable[[], Tensor]] = {
        # Binary cross-entropy on one score is the classifying part: only mu - nu matters.
        "pointwise": lambda: classifying_loss(mu, nu, labels, config.form),
        "pairwise": lambda: pairwise_loss(mu, nu, errors, config.form),
        "listwise": lambda: ranking_loss(mu, nu, labels, config.form),
        "ccr": lambda: (
            config.alpha * classifying_loss(mu, nu, labels, config.form)
            + (1.0 - config.alpha) * ranking_loss(mu, nu, labels, config.form)
        ),
    }
    return choices[config.name]()
