"""`handviz ablate selection`: every selection loss on the same frozen hypotheses.

All losses of a seed are trained side by side: the generator runs once for a batch and every selector learns from the
same hypotheses, starts from the same weights and is tested on the same ones. Only the loss differs.
"""

import math
import os
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch
from torch import nn

from handviz.ablation.config import AblateSelectionConfig, variants
from handviz.ablation.outcome import SelectionOutcome
from handviz.datasets.shards import ShardDataset
from handviz.datasets.test_set import test_v1
from handviz.errors import HandvizError
from handviz.evaluation.collect import collect
from handviz.hand.model import HandModel
from handviz.inference.devices import choose_device
from handviz.network.files import GENERATOR_FILE, default_weights, load_generator
from handviz.network.generator import Generator, HypothesisBatch
from handviz.network.kinematics import JointKinematics
from handviz.network.selector import Selector, reading
from handviz.network.unfolder import ImageFeatures
from handviz.training.batches import BatchStream
from handviz.training.config import save_config
from handviz.training.selection_losses import labels_of_best, selection_loss
from handviz.training.selector_task import judge
from handviz.training.sources import FolderSource

_WARMUP = 20
_CLIP_NORM = 5.0
_LOG_EVERY = 25
_TEST_SEED = 0


class SelectorsTogether(nn.Module):
    """Selectors that score the same hypotheses in one call: logits (B, K, L) of L selectors."""

    def __init__(self, selectors: list[Selector]) -> None:
        super().__init__()
        self.selectors = nn.ModuleList(selectors)
        self.witness = None

    def features(
        self, images: torch.Tensor, crop_focal: torch.Tensor, generator_features: ImageFeatures
    ) -> ImageFeatures:
        """The generator's: that is what all of them read."""
        return generator_features

    def forward(
        self, features: ImageFeatures, batch: HypothesisBatch, joints: torch.Tensor, joints_2d: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """mu and nu, (B, K, L) each."""
        logits = [selector(features, batch, joints, joints_2d) for selector in self.selectors]
        return torch.stack([mu for mu, _ in logits], -1), torch.stack([nu for _, nu in logits], -1)


def run_seed(
    config: AblateSelectionConfig, generator: Generator, seed: int, device: torch.device, report: Callable[[str], None]
) -> dict[str, Selector]:
    """Selectors by the name of their loss. Raises HandvizError when a loss stops being a number."""
    hand = HandModel.load(device=device)
    kinematics = JointKinematics(hand)
    losses = variants()
    selectors: dict[str, Selector] = {}
    for name in losses:
        torch.manual_seed(seed)
        network = reading(replace(config.network, backbone="generator"), generator)
        selectors[name] = Selector(network).to(device).train()
    optimizers = {name: torch.optim.AdamW(s.parameters(), weight_decay=1e-4) for name, s in selectors.items()}
    stream = BatchStream(
        [FolderSource.of(config.data)],
        [1.0],
        config.batch_size,
        generator.config.image_size,
        config.augment,
        1000 + seed,
    )
    batches = stream.iterate(0)
    rng = torch.Generator().manual_seed(seed)
    for step in range(config.steps):
        batch = next(batches).to(device)
        with torch.autocast(device.type, torch.bfloat16, enabled=config.precision == "bfloat16"):
            judged = judge(generator, hand, kinematics, batch, config.hypotheses, config.vertex_weight, rng)
        judged.features = judged.features.float()
        labels = labels_of_best(judged.errors, config.n)
        rate = config.learning_rate * min((step + 1) / _WARMUP, 0.5 + 0.5 * math.cos(math.pi * step / config.steps))
        shown = []
        for name, selector in selectors.items():
            mu, nu = selector(judged.features, judged.hypotheses, judged.joints, judged.joints_2d)
            loss = selection_loss(losses[name], mu, nu, labels, judged.errors)
            if not torch.isfinite(loss):
                raise HandvizError(f"The loss {name} stopped being a number at step {step}; lower --learning-rate.")
            optimizer = optimizers[name]
            for group in optimizer.param_groups:
                group["lr"] = rate
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(selector.parameters(), _CLIP_NORM)
            optimizer.step()
            shown.append(f"{loss.item():.3f}")
        if (step + 1) % _LOG_EVERY == 0:
            report(f"seed {seed}, step {step + 1}/{config.steps}: {' '.join(shown)}")
    batches.close()
    return {name: selector.eval() for name, selector in selectors.items()}


def ablate(config: AblateSelectionConfig, report: Callable[[str], None] = print) -> dict[int, SelectionOutcome]:
    """Train and test what is not in config.out yet: what each seed's selectors say of the test set.

    Raises HandvizError when data, weights or device are not there, InputError when config.out holds another run.
    """
    config.out.mkdir(parents=True, exist_ok=True)
    save_config(config, config.out)
    torch.set_num_threads(config.threads or os.cpu_count() or 1)
    device = choose_device(config.device)
    weights = default_weights() / GENERATOR_FILE if config.generator is None else config.generator
    generator = load_generator(weights, device)
    tested: dict[int, SelectionOutcome] = {}
    for seed in range(config.seeds):
        path = config.out / f"seed-{seed}.npz"
        if not path.exists():
            _test(config, generator, run_seed(config, generator, seed, device, report), device, report).save(path)
        tested[seed] = SelectionOutcome.load(path)
    return tested


def _test(
    config: AblateSelectionConfig,
    generator: Generator,
    selectors: dict[str, Selector],
    device: torch.device,
    report: Callable[[str], None],
) -> SelectionOutcome:
    def progress(text: str, done: int, total: int) -> None:
        if done == total:
            report(f"{text} {done}/{total}")

    dataset = ShardDataset(test_v1(progress) if config.test is None else config.test)
    truth = {name: values[: config.test_limit] for name, values in dataset.arrays().items()}
    collected = collect(
        generator, SelectorsTogether(list(selectors.values())), HandModel.load(device=device), dataset.image, truth,
        config.hypotheses, device, _TEST_SEED, progress=lambda done, total: progress("tested", done, total),
    )  # fmt: skip
    return SelectionOutcome(
        names=tuple(selectors),
        mu=np.moveaxis(collected.mu, -1, 0),
        nu=np.moveaxis(collected.nu, -1, 0),
        mpjpe=collected.mpjpe["order_free"].mean(-1),
        sequence=collected.mpjpe["order_free"].mean(-1) + config.vertex_weight * collected.mpvpe["order_free"].mean(-1),
        projection_px=collected.projection_px,
        blur_px=collected.blur_px,
    )
