"""`handviz ablate sources`: what tells hypotheses apart, and how far one hypothesis gets, on the same frozen features.

Backbone and unfolder are those of trained weights and stay as they are; the rest of the generation network starts anew
for each source, sees the same crops in the same order, and is tested on the same crops.
"""

import math
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor, nn

from handviz.ablation.config import AblateSourcesConfig
from handviz.ablation.features import KeptFeatures, SeenCrops, keep_for_test, keep_for_training
from handviz.datasets.folders import open_dataset
from handviz.datasets.test_set import test_v1
from handviz.errors import HandvizError
from handviz.evaluation.collect import Collected
from handviz.evaluation.metrics import distribution_metrics, mean_hypothesis_mm
from handviz.geometry.skeleton import TIMESTEPS, WRIST
from handviz.hand.model import HandModel
from handviz.hypotheses.errors import mpjpe_mm, order_free, reverse_time
from handviz.inference.devices import choose_device
from handviz.network.files import GENERATOR_FILE, default_weights, load_generator, save_network
from handviz.network.flow import FlowTarget, pack_state
from handviz.network.generator import Generator
from handviz.network.kinematics import JointKinematics
from handviz.network.recover import crops_to_tensor
from handviz.training.batches import BatchStream
from handviz.training.config import save_config, to_json
from handviz.training.generator_losses import generator_loss
from handviz.training.generator_task import crop_sources
from handviz.training.loss_config import GeneratorLossConfig

REGRESSOR = "regressor: one hypothesis"
_WARMUP = 40
_CLIP_NORM = 5.0
_LOG_EVERY = 50
_MIDDLE = TIMESTEPS.index("middle")

Report = Callable[[str], None]
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Variant:
    """A source of hypotheses and what it is trained for."""

    source: str
    objective: str
    one: bool = False
    """A single hypothesis."""


VARIANTS = {
    REGRESSOR: Variant("embedding", "energy", one=True),
    "embeddings, winner takes all (the paper's)": Variant("embedding", "winner"),
    "embeddings, energy score": Variant("embedding", "energy"),
    "noise, energy score": Variant("noise", "energy"),
    "flow matching": Variant("flow", "energy"),
}


@dataclass(frozen=True)
class SourceRow:
    """What one source reached on the test crops, mm of the middle timestep unless said."""

    name: str
    mean_mm: float
    averaged_mm: float
    """Error of the hypotheses' mean."""
    best_mm: dict[int, float]
    """Of the first K hypotheses the one of the lowest error over all timesteps, order-free."""
    energy_score_mm: float
    """Of sequences; NaN with one hypothesis."""
    quantile_error: float
    milliseconds: float
    """Of training, for one photo."""


def ablate_sources(config: AblateSourcesConfig, report: Report, progress: Progress) -> list[SourceRow]:
    """Train and test every source. Raises HandvizError when data, weights or device are not there."""
    config.out.mkdir(parents=True, exist_ok=True)
    save_config(config, config.out)
    torch.set_num_threads(config.threads or os.cpu_count() or 1)
    device = choose_device(config.device)
    weights = default_weights() / GENERATOR_FILE if config.generator is None else config.generator
    trunk = load_generator(weights, device)
    hand = HandModel.load(device=device)
    kinematics = JointKinematics(hand).to(device)
    sources, shares = crop_sources(config)
    stream = BatchStream(sources, shares, 32, trunk.config.image_size, config.augment, config.seed)
    half = config.precision == "bfloat16"
    kept = keep_for_training(trunk, stream, config.crops, device, half, lambda done, all_: progress("read", done, all_))
    dataset = open_dataset(test_v1(progress) if config.test is None else config.test)
    truth = {name: values[: config.test_limit] for name, values in dataset.arrays().items()}
    seen = keep_for_test(
        trunk, lambda rows: crops_to_tensor([dataset.image(int(row)) for row in rows]), truth["crop_focal"], 16, device,
        lambda done, all_: progress("read for the test", done, all_),
    )  # fmt: skip
    rows = []
    for name, variant in VARIANTS.items():
        network, milliseconds = train_variant(config, variant, trunk, kept, kinematics, name, report)
        save_network(network, config.out / f"{variant.source}-{variant.objective}{'-one' * variant.one}.safetensors",
                     training=to_json(config))  # fmt: skip
        collected = hypotheses_of(network, 1 if variant.one else config.hypotheses, seen, kinematics, truth)
        rows.append(measure(name, collected, milliseconds))
        report(f"{name}: mean {rows[-1].mean_mm:.1f}, averaged {rows[-1].averaged_mm:.1f} mm")
    return rows


def train_variant(
    config: AblateSourcesConfig,
    variant: Variant,
    trunk: Generator,
    kept: KeptFeatures,
    kinematics: JointKinematics,
    name: str,
    report: Report,
) -> tuple[Generator, float]:
    """A generator on the trunk's backbone and unfolder, and the milliseconds of training for one photo."""
    count = 1 if variant.one else config.hypotheses
    torch.manual_seed(config.seed)
    network = Generator(replace(trunk.config, source=variant.source, embeddings=count)).to(next(trunk.parameters()))
    network.backbone.load_state_dict(trunk.backbone.state_dict())
    network.unfolder.load_state_dict(trunk.unfolder.state_dict())
    for part in (network.backbone, network.unfolder):
        part.requires_grad_(False)
    learned = [parameter for parameter in network.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(learned, weight_decay=1e-4)
    losses = GeneratorLossConfig(objective=variant.objective)
    rng = torch.Generator().manual_seed(config.seed)
    started, loss_sum = time.monotonic(), 0.0
    network.train()
    for step in range(config.steps):
        rows = torch.randint(len(kept), (config.batch_size,), generator=rng)
        features, truth = kept.take(rows), kept.truth_of(rows)
        target = None
        if variant.source == "flow":
            state = pack_state(truth.rotations, truth.joints_2d[:, :, WRIST].clamp(-1.0, 2.0), truth.log_scale)
            target = FlowTarget(state, truth.has_parameters)
        rate = config.learning_rate * min((step + 1) / _WARMUP, 0.5 + 0.5 * math.cos(math.pi * step / config.steps))
        for group in optimizer.param_groups:
            group["lr"] = rate
        loss, _ = generator_loss(
            losses, kinematics, features, network.hypothesise(features, count, target=target), truth
        )
        if not torch.isfinite(loss):
            raise HandvizError(f"{name} stopped being a number at step {step}; lower --learning-rate.")
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(learned, _CLIP_NORM)
        optimizer.step()
        loss_sum += loss.item()
        if (step + 1) % _LOG_EVERY == 0:
            report(f"{name}, step {step + 1}/{config.steps}: loss {loss_sum / _LOG_EVERY:.3f}")
            loss_sum = 0.0
    milliseconds = 1000.0 * (time.monotonic() - started) / (config.steps * config.batch_size)
    return network.eval().requires_grad_(False), milliseconds


@torch.inference_mode()
def hypotheses_of(
    network: Generator, count: int, seen: SeenCrops, kinematics: JointKinematics, truth: dict[str, np.ndarray]
) -> Collected:
    """Hypotheses and errors of the test crops."""
    found = []
    for rows, frame in seen:
        batch = network.hypothesise(seen.kept.take(rows), count, torch.Generator().manual_seed(rows.start))
        joints: Tensor = frame.back(kinematics(batch.rotations.float(), batch.betas[:, :, None]))
        found.append(joints.cpu().numpy())
    joints = np.concatenate(found).astype(np.float32)
    absolute = truth["joints"].astype(np.float32)
    true = absolute - absolute[:, :, :1]
    ordered = mpjpe_mm(joints, true[:, None])
    errors = {"ordered": ordered, "order_free": order_free(ordered, mpjpe_mm(reverse_time(joints, -3), true[:, None]))}
    none = np.zeros(joints.shape[:2])
    return Collected(joints, true, errors, {}, {}, none, none, none, np.asarray(truth["blur_px"], np.float64))


def measure(name: str, collected: Collected, milliseconds: float) -> SourceRow:
    """The figures of one source."""
    errors = collected.mpjpe["order_free"]
    count = errors.shape[1]
    best = {}
    for some in [k for k in (1, 2, 4, 8, 16, 64) if k < count] + [count]:
        winners = errors[:, :some].mean(-1).argmin(1)
        best[some] = float(errors[np.arange(len(errors)), winners, _MIDDLE].mean())
    known = distribution_metrics(collected)
    nan = float("nan")
    return SourceRow(
        name, float(errors[..., _MIDDLE].mean()), mean_hypothesis_mm(collected), best,
        known.get("energy_score_mm", nan), known.get("quantile_calibration_error", nan), milliseconds,
    )  # fmt: skip
