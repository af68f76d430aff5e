"""What a selector learns to judge: a generator's hypotheses, some of other checkpoints, some knocked out of place.

A selector that only ever sees one generator's hypotheses knows that generator's faults alone.
"""

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from handviz.network.generator import Generator, HypothesisBatch
from handviz.network.kinematics import JointKinematics
from handviz.network.looks import hypotheses_for, settled
from handviz.network.recover import resized
from handviz.network.reframing import no_frame
from handviz.network.rotations import axis_angle_to_matrix
from handviz.network.unfolder import ImageFeatures
from handviz.training.batches import Batch

_TURN, _SHIFT, _SCALE = 0.35, 0.02, 0.1
"""Largest standard deviations of what is done to a hypothesis: radians of each joint, crop sides, log of the scale."""


def draw(
    generator: Generator,
    kinematics: JointKinematics,
    others: Sequence[Generator],
    batch: Batch,
    count: int,
    other_share: float,
    perturbed: float,
    rng: torch.Generator | None,
) -> tuple[ImageFeatures, HypothesisBatch]:
    """The generator's features, and K = `count` hypotheses: about `other_share` of them by the others, in equal parts,
    all settled as predictions are, and then about `perturbed` of them knocked out of place."""
    foreign = round(other_share * count) if others else 0
    images, focal = batch.images, batch.told_focal
    frame = no_frame(focal)
    features, own = hypotheses_for(generator, kinematics, images, focal, frame, count - foreign, rng)
    parts = [own]
    for place, other in enumerate(others):
        some = foreign * (place + 1) // len(others) - foreign * place // len(others)
        if some:
            theirs = other(resized(images, other.config.image_size), focal, some, rng)[1]
            parts.append(settled(generator, kinematics, features, theirs, focal, rng))
    return features, perturb(join(parts), perturbed, rng)


def join(parts: Sequence[HypothesisBatch]) -> HypothesisBatch:
    """The hypotheses of several generators for the same photos; the tokens are the first one's alone."""
    together = {
        name: torch.cat([getattr(part, name).float() for part in parts], 1)
        for name in ("rotations", "betas", "wrist_2d", "log_scale")
    }
    return HypothesisBatch(**together, tokens=parts[0].tokens)


def perturb(batch: HypothesisBatch, share: float, rng: torch.Generator | None = None) -> HypothesisBatch:
    """Some of the hypotheses (B, K) with joints turned, wrist moved and scale changed, alike in all timesteps, each by
    a strength of its own."""
    if share <= 0.0:
        return batch
    device = batch.rotations.device
    photos, count = batch.betas.shape[:2]

    def noise(*shape: int) -> Tensor:
        return torch.randn(photos, count, *shape, generator=rng).to(device)

    strength = torch.rand(photos, count, 2, generator=rng).to(device)
    strength = strength[..., 0] * (strength[..., 1] < share)
    turn = axis_angle_to_matrix(_TURN * strength[..., None, None, None] * noise(1, batch.rotations.shape[3], 3))
    moved = batch.wrist_2d + _SHIFT * strength[..., None, None] * noise(1, 2)
    return replace(
        batch,
        rotations=batch.rotations.float() @ turn,
        wrist_2d=moved,
        log_scale=batch.log_scale + _SCALE * strength[..., None] * noise(1),
    )
