"""Training the witness, fitting how much its word weighs beside the selector's, and putting both to the test."""

from collections.abc import Callable

import numpy as np
import torch
from scipy.optimize import minimize
from torch import Tensor

from handviz.ablation.config import AblateWitnessConfig
from handviz.ablation.outcome import SelectionOutcome
from handviz.ablation.witness import WitnessTrial, observe_all
from handviz.ablation.witness_result import (
    ALL,
    SELECTOR,
    SELECTOR_PROJECTION,
    SELECTOR_WITNESS,
    WITH_CLOSENESS,
    WitnessResult,
)
from handviz.datasets.folders import open_dataset
from handviz.datasets.test_set import test_v1
from handviz.errors import InputError
from handviz.hand.model import HandModel
from handviz.hypotheses.selection import ranking
from handviz.inference.devices import choose_device
from handviz.network.files import (
    GENERATOR_FILE,
    MANIFEST,
    SELECTOR_FILE,
    WITNESS_FILE,
    default_weights,
    load_generator,
    load_selector,
    save_network,
    write_manifest,
)
from handviz.network.witness import evidence
from handviz.training.config import save_config, to_json
from handviz.training.sources import FolderSource

MIXTURES: dict[str, tuple[str, ...]] = {
    "witness": ("witness",),
    "witness, hands as placed": ("witness_as_placed",),
    "true sweep": ("true_sweep",),
    SELECTOR_WITNESS: ("selector", "witness"),
    SELECTOR_PROJECTION: ("selector", "projection"),
    ALL: ("selector", "projection", "witness"),
    "closeness": ("closeness",),
    "selector and closeness": ("selector", "closeness"),
    WITH_CLOSENESS: ("selector", "projection", "witness", "closeness"),
    "selector and true sweep": ("selector", "true_sweep"),
}
"""What is mixed into one score, by name."""
_FOLDS = 4


class FirstOf:
    """The first samples of a source: what training may see."""

    def __init__(self, source: FolderSource, count: int) -> None:
        self.source, self.count = source, count

    def __len__(self) -> int:
        return self.count

    def read(self, index: int, rng: np.random.Generator) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Image and truth of one sample."""
        return self.source.read(index, rng)


def ablate_witness(
    config: AblateWitnessConfig, report: Callable[[str], None], progress: Callable[[str, int, int], None]
) -> WitnessResult:
    """Train, fit and test. Raises HandvizError when data, weights or device are not there."""
    config.out.mkdir(parents=True, exist_ok=True)
    save_config(config, config.out)
    if config.threads:
        torch.set_num_threads(config.threads)
    device = choose_device(config.device)
    folder = default_weights() if config.weights is None else config.weights
    generator = load_generator(folder / GENERATOR_FILE, device)
    selector = load_selector(folder / SELECTOR_FILE, device)
    source = FolderSource.of(config.data)
    first_held_out = len(source) - config.validation
    if first_held_out < 1:
        raise InputError(f"{len(source)} samples are too few for --validation {config.validation}; name more data.")
    torch.manual_seed(config.seed)
    witness = WitnessTrial(generator, HandModel.load(device=device), device)
    witness.train(FirstOf(source, first_held_out), config, report)
    held_out = np.arange(first_held_out, len(source))
    fitted_on = observe_all(
        witness, selector, source, held_out, config, lambda done, total: progress("validated", done, total)
    )
    tests = FolderSource(open_dataset(test_v1(progress) if config.test is None else config.test))
    rows = np.arange(min(config.test_limit, len(tests)))
    seen = observe_all(witness, selector, tests, rows, config, lambda done, total: progress("tested", done, total))
    name, weights = choose(fitted_on, config.n)
    result = WitnessResult(
        mix(fitted_on, seen, config.n), config.n, config.bootstrap, float(seen["smear_error"].mean()),
        witness.cost_ms(tests, config.hypotheses), name,
    )  # fmt: skip
    result.save(config.out)
    network = witness.network
    network.mixture.copy_(torch.from_numpy(weights))
    places = [config.out, folder] if config.publish else [config.out]
    for place in places:
        save_network(network, place / WITNESS_FILE, training=to_json(config))
        if (place / MANIFEST).exists():
            write_manifest(place)
    return result


def mix(fitted_on: dict[str, np.ndarray], seen: dict[str, np.ndarray], n: int) -> SelectionOutcome:
    """Scores of every mixture on photos that were seen, each fitted by logistic regression on other photos."""
    names, logits = [SELECTOR], [seen["mu"] - seen["nu"]]
    labels = _labels(fitted_on, n)
    for name, parts in MIXTURES.items():
        weights = fit_logistic(_evidence(fitted_on, parts), labels)
        names.append(name)
        logits.append(_evidence(seen, parts) @ weights[:-1] + weights[-1])
    mu = np.stack(logits)
    return SelectionOutcome(
        tuple(names), mu, np.zeros_like(mu), seen["mpjpe"], seen["sequence"], seen["projection_px"],
        np.zeros(len(seen["mpjpe"])),
    )  # fmt: skip


def choose(fitted_on: dict[str, np.ndarray], n: int) -> tuple[str, np.ndarray]:
    """The likeliest mixture with the witness: name, and weights of selector, projection, witness, closeness and the
    constant. Each is fitted on three quarters of the photos and judged on the fourth, in turn; a further kind of
    evidence has to pay."""
    labels = _labels(fitted_on, n)
    fold = np.arange(len(labels)) % _FOLDS
    best: tuple[float, str] | None = None
    for name in (SELECTOR_WITNESS, ALL, WITH_CLOSENESS):
        found = _evidence(fitted_on, MIXTURES[name])
        loss = 0.0
        for part in range(_FOLDS):
            kept = fold == part
            loss += log_loss(fit_logistic(found[~kept], labels[~kept]), found[kept], labels[kept])
        if best is None or loss < best[0]:
            best = loss, name
    weights = fit_logistic(_evidence(fitted_on, MIXTURES[best[1]]), labels)
    by_part = dict(zip(MIXTURES[best[1]], weights, strict=False))
    return best[1], np.array([*(by_part.get(part, 0.0) for part in MIXTURES[WITH_CLOSENESS]), weights[-1]])


def _labels(seen: dict[str, np.ndarray], n: int) -> np.ndarray:
    labels = np.zeros(seen["sequence"].shape)
    np.put_along_axis(labels, ranking(-seen["sequence"])[:, :n], 1.0, axis=1)
    return labels


def _evidence(seen: dict[str, np.ndarray], parts: tuple[str, ...]) -> np.ndarray:
    """(N, K, P) of the parts that are mixed."""
    values: dict[str, Tensor] = {}
    for word in ("witness", "witness_as_placed", "true_sweep"):
        logit, distance, said = (torch.from_numpy(seen[name]) for name in ("mu", "projection_px", word))
        near = torch.from_numpy(seen["closeness"])
        mixed = evidence(logit - torch.from_numpy(seen["nu"]), distance / 256.0, said, near)
        values |= dict(zip(("selector", "projection", word, "closeness"), mixed.unbind(-1), strict=True))
    return np.stack([values[part].numpy() for part in parts], -1).astype(np.float64)


def log_loss(weights: np.ndarray, evidence: np.ndarray, labels: np.ndarray) -> float:
    """Mean log loss of evidence (N, K, P) mixed by weights (P + 1,) for labels (N, K)."""
    logit = evidence @ weights[:-1] + weights[-1]
    return float((np.logaddexp(0.0, logit) - labels * logit).mean())


def fit_logistic(evidence: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Weights (P + 1,), the last one the constant, of least log loss for evidence (N, K, P) and labels (N, K)."""
    flat, target = evidence.reshape(-1, evidence.shape[-1]), labels.ravel()

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        logit = flat @ weights[:-1] + weights[-1]
        slope = (1.0 / (1.0 + np.exp(-np.clip(logit, -50, 50))) - target) / len(target)
        return float((np.logaddexp(0.0, logit) - target * logit).mean()), np.append(flat.T @ slope, slope.sum())

    return minimize(loss, np.zeros(flat.shape[1] + 1), jac=True, method="L-BFGS-B").x
