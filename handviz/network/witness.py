"""Physics as a witness beside the selector: which hypotheses explain the photo's own smear.

A small head tells from the generator's feature maps for how much of the exposure each cell of the picture showed the
hand. A hypothesis' silhouette, swept from past to future and brought to that smear's place and size, agrees with it or
not; that, its distance from the heat maps' joints, how near it lies to the mean of all of the photo's hypotheses, and
the selector's logit are mixed into one logit. Head and mixture come from `handviz ablate witness`.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from handviz.hand.model import HandModel
from handviz.network.config import WitnessConfig
from handviz.network.kinematics import project_crop
from handviz.network.sweep import SIDE, SurfacePoints, swept_onto
from handviz.network.unfolder import ImageFeatures

_PROJECTION_UNIT, _AGREEMENT_UNIT = 0.04, 0.01
"""Units of evidence in which its weights are near 1: picture sides, and log-likelihood a cell."""


_LEAST_DISTANCE = 1e-5
"""Metres; hypotheses that differ by less are the same."""


class SmearHead(nn.Module):
    """The generator's feature maps -> logits of how much of the exposure each cell of the picture shows the hand."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = nn.Sequential(nn.Conv2d(width, 64, 3, padding=1), nn.GroupNorm(8, 64), nn.GELU())
        self.second = nn.Sequential(nn.Conv2d(64, 32, 3, padding=1), nn.GELU(), nn.Conv2d(32, 1, 1))

    def forward(self, maps: Tensor) -> Tensor:
        """Maps (B, T, E, h, w) -> logits (B, SIDE, SIDE)."""
        x = functional.interpolate(self.first(maps.mean(1)), (SIDE, SIDE), mode="bilinear", align_corners=False)
        return self.second(x)[:, 0].float()


class Witness(nn.Module):
    """A smear head and the weights with which its evidence joins the selector's."""

    def __init__(self, config: WitnessConfig) -> None:
        super().__init__()
        self.config = config
        self.head = SmearHead(config.generator_width)
        self.register_buffer("mixture", torch.tensor([1.0, 0.0, 0.0, 0.0, 0.0]))

    def forward(
        self,
        features: ImageFeatures,
        hand: HandModel,
        vertices: Tensor,
        joints: Tensor,
        joints_2d: Tensor,
        crop_focal: Tensor,
        logit: Tensor,
    ) -> Tensor:
        """The logit (B, K) of being good, from the selector's (B, K) and all evidence.

        vertices (B, K, T, V, 3) are placed in the camera of the pictures that features were read from, joints (B, K, T,
        21, 3) are relative to the wrist, joints_2d (B, K, T, 21, 2) projected into the pictures, crop_focal (B,).
        """
        smear = self.head(features.maps)
        points = project_crop(SurfacePoints(hand)(vertices), crop_focal)
        word = agreement(swept_onto(points, torch.sigmoid(smear)), smear)
        parts = evidence(logit, heat_map_distance(joints_2d, features.joints_2d), word, closeness(joints))
        return parts @ self.mixture[:-1] + self.mixture[-1]


def agreement(coverage: Tensor, logits: Tensor) -> Tensor:
    """Mean log-likelihood (B, K) a cell of sweeps (B, K, S, S) under a smear's logits (B, S, S)."""
    return (coverage * logits[:, None] - functional.softplus(logits)[:, None]).mean((-2, -1))


def heat_map_distance(joints_2d: Tensor, heat_map_joints: Tensor) -> Tensor:
    """Mean distance (B, K) in picture sides of joints (B, K, T, 21, 2) from the heat maps' (B, T, 21, 2), in the better
    temporal order."""
    orders = (heat_map_joints, heat_map_joints.flip(1))
    return torch.minimum(*((joints_2d - order[:, None]).norm(dim=-1).mean((-2, -1)) for order in orders))


def closeness(joints: Tensor) -> Tensor:
    """How near (B, K) hypotheses (B, K, T, 21, 3) lie to the mean of their photo's: 1 on it, 0 where they do on
    average. What many hypotheses agree on is likelier right."""
    distance = (joints - joints.mean(1, keepdim=True)).norm(dim=-1).mean((-2, -1))
    usual = distance.mean(1, keepdim=True)
    return (usual - distance) / usual.clamp_min(_LEAST_DISTANCE)


def evidence(logit: Tensor, distance: Tensor, word: Tensor, closeness: Tensor) -> Tensor:
    """(B, K, 4): the selector's logit, distance and agreement against their means over a photo's hypotheses, since a
    photo may be hard for all of them, and closeness."""
    nearer = (distance.mean(1, keepdim=True) - distance) / _PROJECTION_UNIT
    likelier = (word - word.mean(1, keepdim=True)) / _AGREEMENT_UNIT
    return torch.stack([logit.float(), nearer.float(), likelier.float(), closeness.float()], -1)
