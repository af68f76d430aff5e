"""Evaluate a pair of weights on test-v1, which is made once into the cache, or on any folder of samples."""

import platform
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from handviz.datasets.folders import open_dataset
from handviz.datasets.test_set import test_v1
from handviz.errors import InputError
from handviz.evaluation.calibration import calibrate
from handviz.evaluation.collect import collect
from handviz.evaluation.report import build_report
from handviz.files import sha256
from handviz.hand.model import HandModel
from handviz.inference.devices import choose_device
from handviz.network.files import (
    GENERATOR_FILE,
    SELECTOR_FILE,
    TRUST_FILE,
    WITNESS_FILE,
    default_weights,
    load_generator,
    load_selector,
    rewrite_network,
)

Progress = Callable[[str, int, int], None]


def evaluate(
    weights: Path | None,
    data: Path | None,
    limit: int | None,
    counts: tuple[int, ...],
    n: int,
    seed: int,
    device: str,
    progress: Progress,
) -> dict[str, Any]:
    """The report on a folder of weights (None: those shipped) and of samples (None: test-v1).

    Raises HandvizError when weights, data or device are not there.
    """
    if not counts or min(counts) < 1 or n < 1:
        raise InputError(
            "The numbers of hypotheses and of selected ones must be at least 1; correct --hypotheses and --n."
        )
    folder = default_weights() if weights is None else weights
    where = choose_device(device)
    generator = load_generator(folder / GENERATOR_FILE, where)
    selector = load_selector(folder / SELECTOR_FILE, where)
    hand = HandModel.load(device=where)
    dataset = open_dataset(test_v1(progress) if data is None else data)
    truth = {name: values[:limit] for name, values in dataset.arrays().items()}
    started = time.monotonic()
    collected = collect(
        generator, selector, hand, dataset.image, truth, max(counts), where, seed, mesh=dataset.has_parameters,
        progress=lambda done, total: progress("evaluated", done, total),
    )  # fmt: skip
    about = {
        "data": "test-v1" if data is None else str(data),
        "generator_sha256": sha256(folder / GENERATOR_FILE),
        "selector_sha256": sha256(folder / SELECTOR_FILE),
        **({"trust_sha256": sha256(folder / TRUST_FILE)} if generator.trust is not None else {}),
        **({"witness_sha256": sha256(folder / WITNESS_FILE)} if selector.witness is not None else {}),
        "hand_model": hand.name,
        "hand_model_sha256": hand.sha256,
        "seed": seed,
        "device": str(where),
        "torch": torch.__version__,
        "machine": platform.machine(),
        "seconds": round(time.monotonic() - started, 1),
    }
    return build_report(collected, counts, n, about)


def calibrate_weights(
    weights: Path,
    data: Path,
    limit: int | None,
    hypotheses: int,
    best_share: float,
    device: str,
    progress: Progress,
) -> dict[str, float]:
    """Fit the temperature of a folder's selector on a folder of samples and store it; figures before and after.

    Raises HandvizError when weights, data or device are not there.
    """
    if (weights / WITNESS_FILE).exists():
        raise InputError(
            f"{weights / WITNESS_FILE} was fitted to the selector as it is; remove it, calibrate, and make it again "
            "with handviz ablate witness."
        )
    where = choose_device(device)
    generator = load_generator(weights / GENERATOR_FILE, where)
    selector = load_selector(weights / SELECTOR_FILE, where)
    dataset = open_dataset(data)
    truth = {name: values[:limit] for name, values in dataset.arrays().items()}
    collected = collect(
        generator, selector, HandModel.load(device=where), dataset.image, truth, hypotheses, where,
        mesh=dataset.has_parameters, progress=lambda done, total: progress("scored", done, total),
    )  # fmt: skip
    figures = calibrate(selector, collected, best_share)
    rewrite_network(selector, weights / SELECTOR_FILE)
    return figures
