"""The motion of a hypothesis that was made without noise, lent by those made with it.

A photo holds no arrow of time, and noise decides which end of a motion is the past. Without noise both orders cancel
out and the hand stands still. So the central hypothesis takes the mean motion of the others, told in one and the same
order.
"""

from dataclasses import replace

import torch
from torch import Tensor

from handviz.network.generator import HypothesisBatch
from handviz.network.kinematics import JointKinematics, project_crop
from handviz.network.rotations import rotation_6d_to_matrix


def lend_motion(
    batch: HypothesisBatch, kinematics: JointKinematics, crop_focal: Tensor, central: Tensor
) -> HypothesisBatch:
    """Hypotheses (B, K) of which the first keeps its middle and moves as the others do where its photo is central (B,);
    with no others, it stays as it is."""
    if batch.rotations.shape[1] < 2:
        return batch
    middle = batch.rotations.shape[2] // 2
    rotations = batch.rotations.float()
    turned = rotations[:, 1:, middle, None].mT @ rotations[:, 1:]
    shifted = batch.wrist_2d[:, 1:] - batch.wrist_2d[:, 1:, middle, None]
    grown = batch.log_scale[:, 1:] - batch.log_scale[:, 1:, middle, None]
    against = _reversed(batch, kinematics, crop_focal)

    def mean(motion: Tensor) -> Tensor:
        """(B, K - 1, T, ...) -> (B, T, ...), in one order."""
        turn = against.view(*against.shape, *[1] * (motion.dim() - 2))
        return torch.where(turn, motion.flip(2), motion).mean(1)

    lent = rotations[:, 0, middle, None] @ rotation_6d_to_matrix(mean(turned)[..., :2].mT.flatten(-2))
    return replace(
        batch,
        rotations=_first(rotations, lent, central),
        wrist_2d=_first(batch.wrist_2d, batch.wrist_2d[:, 0, middle, None] + mean(shifted), central),
        log_scale=_first(batch.log_scale, batch.log_scale[:, 0, middle, None] + mean(grown), central),
    )


def _reversed(batch: HypothesisBatch, kinematics: JointKinematics, crop_focal: Tensor) -> Tensor:
    """(B, K - 1) whether hypotheses after the first move against the one of them that moves most."""
    ends = batch.rotations[:, 1:, [0, -1]].float()
    place = batch.translation(crop_focal)[:, 1:, [0, -1], None]
    seen = project_crop(kinematics(ends, batch.betas[:, 1:, None].float()) + place, crop_focal)
    way = (seen[:, :, 1] - seen[:, :, 0]).flatten(2)
    most = way.norm(dim=-1).argmax(1)
    return (way * way[torch.arange(len(way), device=way.device), most][:, None]).sum(-1) < 0.0


def _first(values: Tensor, wanted: Tensor, central: Tensor) -> Tensor:
    """Values (B, K, ...) with the first of photos that are central replaced by those wanted (B, ...)."""
    chosen = torch.where(central.view(-1, *[1] * (wanted.dim() - 1)), wanted.to(values.dtype), values[:, 0])
    return torch.cat([chosen[:, None], values[:, 1:]], 1)
