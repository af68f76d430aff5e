"""Losses of the generation network.

Winner-takes-all (the paper): only the hypothesis nearest to the truth, as a whole sequence, gets gradient. Energy
score: E d(x, y) - E d(x, x') / 2 over the hypotheses x of a photo, a proper scoring rule that asks for the whole
distribution.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from handviz.network.generator import HypothesisBatch
from handviz.network.hand_landmark import WORLD_UNIT
from handviz.network.kinematics import JointKinematics, project_crop
from handviz.network.unfolder import ImageFeatures
from handviz.training.loss_config import GeneratorLossConfig

_MIN_DEPTH_M = 0.05


@dataclass
class Truth:
    """The truth of B crops, crop-camera coordinates, metres."""

    rotations: Tensor
    """(B, T, 16, 3, 3)."""
    betas: Tensor
    """(B, 10)."""
    translation: Tensor
    """(B, T, 3)."""
    joints: Tensor
    """(B, T, 21, 3) relative to the wrist."""
    crop_focal: Tensor
    """(B,) crop sides."""
    has_parameters: Tensor
    """(B,) 1 where rotations and betas are known, 0 where only joints are."""

    @property
    def joints_2d(self) -> Tensor:
        """(B, T, 21, 2) crop coordinates 0..1."""
        return project_crop(self.joints + self.translation[:, :, None], self.crop_focal)

    @property
    def log_scale(self) -> Tensor:
        """(B, T) log of crop sides per metre at the wrist."""
        return (self.crop_focal[:, None] / self.translation[..., 2].clamp_min(_MIN_DEPTH_M)).log()


def hypothesis_vectors(
    config: GeneratorLossConfig, batch: HypothesisBatch, joints: Tensor, joints_2d: Tensor, truth: Truth
) -> list[Tensor]:
    """The weighted descriptions of sequences that distances are taken of: a list of (B, K, T, N, D)."""
    return [
        config.joints * joints,
        config.projection * joints_2d,
        config.parameters * _where_known(batch.rotations.flatten(-2), truth),
        config.scale * batch.log_scale[..., None, None],
    ]


def _where_known(rotations: Tensor, truth: Truth) -> Tensor:
    # Unknown parameters become equal for prediction and truth, hence free of cost.
    return rotations * truth.has_parameters.view(-1, *([1] * (rotations.dim() - 1)))


def truth_vectors(config: GeneratorLossConfig, truth: Truth) -> list[Tensor]:
    """The truth described as hypothesis_vectors describes hypotheses, K = 1."""
    return [
        config.joints * truth.joints[:, None],
        config.projection * truth.joints_2d[:, None].clamp(-1.0, 2.0),
        config.parameters * _where_known(truth.rotations[:, None].flatten(-2), truth),
        config.scale * truth.log_scale[:, None, :, None, None],
    ]


def sequence_distance(first: Tensor, second: Tensor) -> Tensor:
    """Distance between sequences (..., T, N, D): half the mean of the points' distances, half the whole vector's norm
    over root of its length. Both are of negative type, so the energy score built on them is proper."""
    squared = (first - second).square().sum(-1)
    points = (squared + 1e-8).sqrt().mean((-2, -1))
    whole = (squared.mean((-2, -1)) + 1e-8).sqrt()
    return 0.5 * (points + whole)


def energy_score(hypotheses: list[Tensor], truth: list[Tensor]) -> Tensor:
    """E d(x, y) - E d(x, x') / 2 for hypotheses (B, K, T, N, D) and truth (B, 1, T, N, D): a scalar, summed over the
    descriptions. Unbiased: the second mean runs over different hypotheses."""
    total = torch.zeros((), device=truth[0].device)
    for x, y in zip(hypotheses, truth, strict=True):
        count = x.shape[1]
        total = total + sequence_distance(x, y).mean()
        if count > 1:
            first, second = torch.triu_indices(count, count, offset=1, device=x.device)
            total = total - 0.5 * sequence_distance(x[:, first], x[:, second]).mean()
    return total


def squared_error(hypotheses: list[Tensor], truth: list[Tensor]) -> Tensor:
    """Mean squared distance of points of (B, K, T, N, D) from those of (B, 1, T, N, D), summed over the descriptions.

    What minimises it is a mean, as what minimises the flow's loss is; a distance without the square would pull the
    flow to the median.
    """
    return sum((x - y).square().sum(-1).mean() for x, y in zip(hypotheses, truth, strict=True))


def winner_takes_all(hypotheses: list[Tensor], truth: list[Tensor]) -> tuple[Tensor, Tensor]:
    """L1 of the best hypothesis of each photo, as a whole sequence (paper): scalar loss and winners (B,)."""
    per_hypothesis = sum((x - y).abs().mean((-3, -2, -1)) for x, y in zip(hypotheses, truth, strict=True))
    best, winners = per_hypothesis.min(-1)
    return best.mean(), winners


def diversity_loss(tokens: Tensor, scale: float) -> Tensor:
    """Mean over pairs of exp(-||F^k - F^m||_1 / a) on refined features (B, K, P, E), the norm averaged over tokens."""
    count = tokens.shape[1]
    if count < 2:
        return tokens.new_zeros(())
    first, second = torch.triu_indices(count, count, offset=1, device=tokens.device)
    distance = (tokens[:, first] - tokens[:, second]).abs().sum(-1).mean(-1)
    return torch.exp(-distance.float() / scale).mean()


def heat_map_loss(joints_2d: Tensor, truth_2d: Tensor) -> Tensor:
    """L1 of heat-map joints (B, T, 21, 2), for each photo in the temporal order that fits better."""
    inside = truth_2d.clamp(-0.2, 1.2)
    forward = (joints_2d - inside).abs().mean((-3, -2, -1))
    backward = (joints_2d - inside.flip(1)).abs().mean((-3, -2, -1))
    return torch.minimum(forward, backward).mean()


def landmark_loss(landmarks: Tensor, truth: Truth) -> Tensor:
    """L1 of the backbone's landmarks (B, 21, 6) to the middle timestep: place in the crop, and shape from the wrist."""
    middle = truth.joints.shape[1] // 2
    place = (landmarks[..., :2] - truth.joints_2d[:, middle].clamp(-0.2, 1.2)).abs().mean()
    world = landmarks[..., 3:]
    shape = (world - world[:, :1] - WORLD_UNIT * truth.joints[:, middle]).abs().mean()
    return place + shape


def generator_loss(
    config: GeneratorLossConfig,
    kinematics: JointKinematics,
    features: ImageFeatures,
    batch: HypothesisBatch,
    truth: Truth,
) -> tuple[Tensor, dict[str, float]]:
    """The whole loss, a scalar, and its parts for the log."""
    joints = kinematics(batch.rotations, batch.betas[:, :, None])
    placed = joints + batch.translation(truth.crop_focal)[..., None, :]
    joints_2d = project_crop(placed, truth.crop_focal).clamp(-1.0, 2.0)
    hypotheses, target = hypothesis_vectors(config, batch, joints, joints_2d, truth), truth_vectors(config, truth)
    parts: dict[str, Tensor] = {}
    if batch.velocity_error is not None:
        known = truth.has_parameters.sum().clamp_min(1.0)
        parts["flow"] = config.flow * batch.velocity_error.mean(1).sum() / known
        parts["denoised"] = config.denoised * squared_error(hypotheses, target)
    elif config.objective == "energy":
        parts["energy_score"] = energy_score(hypotheses, target)
    else:
        parts["winner"], _ = winner_takes_all(hypotheses, target)
        parts["diversity"] = config.diversity * diversity_loss(batch.tokens, config.diversity_scale)
    difference = (batch.betas[:, 0] - truth.betas).abs().mean(-1)
    parts["betas"] = 0.1 * config.parameters * (difference * truth.has_parameters).mean()
    parts["heat_map_joints"] = config.heat_map_joints * heat_map_loss(features.joints_2d, truth.joints_2d)
    if features.landmarks is not None:
        parts["landmarks"] = config.landmarks * landmark_loss(features.landmarks.float(), truth)
    figures = error_figures(joints, truth) if batch.velocity_error is None else {}
    loss = sum(parts.values())
    return loss, {**{name: value.item() for name, value in parts.items()}, **figures, "loss": loss.item()}


@torch.no_grad()
def error_figures(joints: Tensor, truth: Truth) -> dict[str, float]:
    """MPJPE in mm of joints (B, K, T, 21, 3) in the better temporal order: mean of hypotheses, and best of K."""
    errors = 1000.0 * (joints - truth.joints[:, None]).norm(dim=-1).mean((-2, -1))
    swapped = 1000.0 * (joints.flip(2) - truth.joints[:, None]).norm(dim=-1).mean((-2, -1))
    whole = torch.minimum(errors, swapped)
    return {"mean_mm": whole.mean().item(), "best_mm": whole.min(-1).values.mean().item()}
