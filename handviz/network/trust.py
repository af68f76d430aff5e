"""How far the landmarks of a network that knows real hands are to be trusted: learned, joint by joint, in each picture.

The landmark network inside a twin backbone places joints in sharp photos more exactly than hypotheses do, and is lost
under blur. A small network learns from renders and photos how large the landmarks' errors are, and which share of the
way from a hypothesis to them leads nearest to the truth; what hypotheses know of the landmarks already is thus not
counted twice. It is told only how sure the landmark network is of a hand and how far its landmarks lie from the heat
maps' joints: one that also saw features of the picture came to know the photos it had learned from, and doubted others.
`handviz train trust` makes it.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from handviz.network.config import TrustConfig
from handviz.network.hand_landmark import WORLD_UNIT
from handviz.network.transformer import learned
from handviz.network.unfolder import NUM_JOINTS, NUM_TIMESTEPS, ImageFeatures

_MIDDLE = NUM_TIMESTEPS // 2
_LEAST_DISTANCE, _USUAL_LOG_DISTANCE = 0.003, -3.0
"""Of landmarks from heat maps' joints, in picture sides."""
_PRESENCE_UNIT = 5.0
_START_LOG_ERRORS = (-2.5, -3.5)
"""Before training: logs of picture sides and of metres."""


@dataclass
class TrustedLandmarks:
    """Landmarks of B pictures, and per joint what is to be made of them."""

    positions_2d: Tensor
    """(B, 21, 2) picture coordinates 0..1."""
    joints: Tensor
    """(B, 21, 3) metres from their centre, in the picture's camera."""
    error_2d: Tensor
    """(B, 21) standard deviation an axis, picture sides."""
    error: Tensor
    """(B, 21) standard deviation an axis, metres."""
    share_2d: Tensor
    """(B, 21) in 0..1: how far of the way to positions_2d hypotheses should go."""
    share: Tensor
    """(B, 21) in 0..1: and to joints."""


class LandmarkTrust(nn.Module):
    """Landmarks, presence and heat maps' joints of pictures (ImageFeatures) -> TrustedLandmarks."""

    def __init__(self, config: TrustConfig) -> None:
        super().__init__()
        self.config = config
        width = config.width
        self.presence = nn.Linear(1, width)
        self.apart = nn.Linear(2, width)
        self.joint = learned(NUM_JOINTS, width)
        last = nn.Linear(width, 4)
        nn.init.zeros_(last.weight)
        last.bias.data = torch.tensor([*_START_LOG_ERRORS, -1.0, -1.0])
        self.head = nn.Sequential(nn.GELU(), nn.Linear(width, width), nn.GELU(), last)

    def forward(self, features: ImageFeatures) -> TrustedLandmarks:
        """What is to be made of the landmarks of B pictures."""
        assert features.landmarks is not None and features.presence is not None
        seen, world = features.landmarks[..., :2].float(), features.landmarks[..., 3:].float() / WORLD_UNIT
        apart = (seen - features.joints_2d[:, _MIDDLE].float()).norm(dim=-1)
        by_joint = torch.stack([apart, apart.mean(1, keepdim=True).expand_as(apart)], -1)
        sure = self.presence(features.presence.float()[:, None] / _PRESENCE_UNIT)
        distance = torch.log(by_joint + _LEAST_DISTANCE) - _USUAL_LOG_DISTANCE
        told = self.head(self.joint + sure[:, None] + self.apart(distance))
        error_2d, error, share_2d, share = told.unbind(-1)
        return TrustedLandmarks(
            seen, world - world.mean(1, keepdim=True), error_2d.exp(), error.exp(), share_2d.sigmoid(), share.sigmoid()
        )
