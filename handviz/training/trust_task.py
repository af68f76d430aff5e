"""Training the trust in landmarks: `handviz train trust --data DIR --real-hands DIR --generator WEIGHTS --out RUN`."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from handviz.errors import HandvizError, InputError
from handviz.geometry.skeleton import WRIST
from handviz.hand.model import HandModel
from handviz.inference.devices import choose_device
from handviz.network.config import TrustConfig
from handviz.network.files import TRUST_FILE, load_generator, save_network
from handviz.network.kinematics import JointKinematics
from handviz.network.trust import LandmarkTrust, TrustedLandmarks
from handviz.training.config import TrainTrustConfig, save_config, to_json
from handviz.training.sources import FolderSource
from handviz.training.trust_data import TrustSamples, look, real_crops, rendered_crops

_FREEDOM = 4.0
"""Degrees of freedom of the Student's t that errors are taken to follow: a few landmarks are lost altogether."""
_ERRORS, _PICTURE, _METRES = 0.2, 30.0, 100.0
"""Weights of the likelihood of errors and of the distances in picture sides and in metres."""
_TESTED = 5
"""One in so many samples is kept from learning, to tell what was learned."""


def trust_losses(
    landmarks: TrustedLandmarks, samples: TrustSamples, doubt_2d: Tensor | float = 0.0, doubt: Tensor | float = 0.0
) -> tuple[Tensor, Tensor, Tensor]:
    """Negative log-likelihood of the landmarks' errors, and how far hypotheses' means that went the told shares of the
    way end from the truth: in picture sides, and in metres from the wrist.

    doubt_2d (N, 21, 2), doubt (N, 21, 3): what landmarks are moved by first.
    """
    off_2d = (landmarks.positions_2d - samples.truth_2d).square().sum(-1)
    off = (landmarks.joints - samples.truth).square().sum(-1)
    likelihood = _surprise(off_2d, landmarks.error_2d, 2) + _surprise(off, landmarks.error, 3)
    there_2d = samples.own_2d + landmarks.share_2d[..., None] * (landmarks.positions_2d + doubt_2d - samples.own_2d)
    there = samples.own + landmarks.share[..., None] * (landmarks.joints + doubt - samples.own)
    missed = (there - there[:, WRIST, None]) - (samples.truth - samples.truth[:, WRIST, None])
    return likelihood, (there_2d - samples.truth_2d).norm(dim=-1).mean(), missed.norm(dim=-1).mean()


def _surprise(off: Tensor, error: Tensor, axes: int) -> Tensor:
    """Mean of -log p, up to a constant, of squared distances (N, 21) under Student's t of scale `error`."""
    tail = 0.5 * (_FREEDOM + axes) * torch.log1p(off / (_FREEDOM * error.square()))
    return (axes * error.log() + tail).mean()


def remembered(samples: TrustSamples, memory: float) -> TrustSamples:
    """Crops that the generator was trained on, for which it is nearer to the truth than for others by a factor: its
    error made as large as elsewhere."""
    return replace(samples, own=samples.truth + memory * (samples.own - samples.truth))


def fit_trust(
    samples: TrustSamples, network: TrustConfig, config: TrainTrustConfig, report: Callable[[str], None]
) -> LandmarkTrust:
    """Learn from samples. Raises HandvizError when that diverges."""
    torch.manual_seed(config.seed)
    trust = LandmarkTrust(network).train()
    optimizer = torch.optim.AdamW(trust.parameters(), weight_decay=config.weight_decay)
    rng = np.random.default_rng(config.seed)
    batches = max(len(samples) // config.batch_size, 1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, config.learning_rate, total_steps=config.epochs * batches + 1
    )
    for epoch in range(config.epochs):
        order = torch.from_numpy(rng.permutation(len(samples)))
        total = 0.0
        for rows in order[: batches * config.batch_size].split(config.batch_size):
            some = samples.take(rows)
            told = trust(some.features())
            doubt_2d, doubt = (
                size * torch.from_numpy(rng.standard_normal(where.shape).astype(np.float32))
                for size, where in ((config.doubt_2d, told.positions_2d), (config.doubt, told.joints))
            )
            errors, picture, metres = trust_losses(told, some, doubt_2d, doubt)
            loss = _ERRORS * errors + _PICTURE * picture + _METRES * metres
            if not torch.isfinite(loss):
                raise HandvizError("The loss of trust stopped being a number; lower --learning-rate.")
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item()
        report(f"epoch {epoch + 1}/{config.epochs}: {total / batches:.3f}")
    return trust.eval().requires_grad_(False)


@torch.no_grad()
def figures(trust: LandmarkTrust, samples: TrustSamples) -> str:
    """A line: error of landmarks, of hypotheses' means, and of what they become, in the picture and in mm."""
    told = trust(samples.features())
    ends = (
        ("hypotheses", replace(told, share_2d=torch.zeros_like(told.share_2d), share=torch.zeros_like(told.share))),
        ("landmarks", replace(told, share_2d=torch.ones_like(told.share_2d), share=torch.ones_like(told.share))),
        ("settled", told),
    )
    parts = []
    for name, landmarks in ends:
        _, picture, metres = trust_losses(landmarks, samples)
        parts.append(f"{name} {100 * picture:.1f}% {1000 * metres:.1f} mm")
    return f"{', '.join(parts)}; shares {told.share_2d.mean():.2f} and {told.share.mean():.2f}"


def train_trust(config: TrainTrustConfig, report: Callable[[str], None] = print) -> None:
    """Look at crops, learn, and write RUN/trust.safetensors. Raises HandvizError on unusable input."""
    if min(config.rendered, config.real, config.epochs, config.batch_size, config.hypotheses) < 1 or config.memory < 1:
        raise InputError("--rendered, --real, --epochs, --batch-size, --hypotheses and --memory must be at least 1.")
    config.out.mkdir(parents=True, exist_ok=True)
    save_config(config, config.out)
    if config.threads:
        torch.set_num_threads(config.threads)
    device = choose_device(config.device)
    generator = load_generator(config.generator, device)
    if generator.backbone.landmark_values == 0:
        raise InputError(f"{config.generator} has no landmarks to trust; its backbone must be twin or hand_landmark.")
    kinematics = JointKinematics(HandModel.load(device=device))
    size = 2 * generator.config.image_size

    def told(name: str, count: int) -> Callable[[int], None]:
        return lambda done: report(f"looked at {done} of {count} {name} crops") if done % 320 == 0 else None

    source = FolderSource.of(config.data)
    rendered = look(
        generator, kinematics, rendered_crops(source, config.rendered, config.seed), config, device,
        told("rendered", min(config.rendered, len(source))),
    )  # fmt: skip
    parts = [rendered]
    if config.real_hands is not None:
        crops = real_crops(config.real_hands, config.real, size, config.seed)
        parts.append(
            remembered(look(generator, kinematics, crops, config, device, told("real", config.real)), config.memory)
        )
    kept = [torch.arange(len(part)) % _TESTED != 0 for part in parts]
    trust = fit_trust(
        TrustSamples.join([part.take(rows) for part, rows in zip(parts, kept, strict=True)]),
        TrustConfig(config.width),
        config,
        report,
    )
    for name, part, rows in zip(("rendered", "real"), parts, kept, strict=False):
        report(f"{name} crops kept apart: {figures(trust, part.take(~rows))}")
    save_network(trust, config.out / TRUST_FILE, training=to_json(config))
    report(f"wrote {config.out / TRUST_FILE}")
