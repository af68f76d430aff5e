"""The regressor: tokens of a hypothesis -> rotations down the kinematic tree, wrist position and scale."""

import torch
from torch import Tensor, nn

from handviz.geometry.skeleton import JOINT21_OF_MANO16, MANO_PARENTS
from handviz.network.rotations import rotation_6d_to_matrix

_LEVELS = ((0,), (1, 4, 7, 10, 13), (2, 5, 8, 11, 14), (3, 6, 9, 12, 15))
"""MANO's joints by depth in the tree; column i of levels 1 to 3 is one finger."""

# Where an untrained network starts: hand upright in the middle of the crop, at a usual size.
START_LOG_SCALE = 1.3
IDENTITY_6D = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


class KinematicRegressor(nn.Module):
    """6D rotations, each from its joint's token and the rotations of its ancestors (paper, "Regressor").

    `timesteps` is how many timesteps one token describes: T for tokens of joints, 1 for tokens of timesteps and joints.
    """

    def __init__(self, width: int, timesteps: int) -> None:
        super().__init__()
        self.timesteps = timesteps
        outputs = 6 * timesteps
        self.levels = nn.ModuleList(
            nn.Sequential(nn.Linear(width + depth * outputs, width), nn.GELU(), nn.Linear(width, outputs))
            for depth in range(len(_LEVELS))
        )
        self.register_buffer("identity", torch.tensor(IDENTITY_6D), persistent=False)
        for level in self.levels:
            nn.init.zeros_(level[2].bias)
            level[2].weight.data.mul_(0.1)

    def forward(self, tokens: Tensor) -> Tensor:
        """Tokens (N, 21, E) -> rotations (N, timesteps, 16, 3, 3), relative to the parent."""
        per_joint: list[Tensor | None] = [None] * len(MANO_PARENTS)
        for level, joints in zip(self.levels, _LEVELS, strict=True):
            features = tokens[:, [JOINT21_OF_MANO16[joint] for joint in joints]]
            ancestors = [
                torch.stack(chain, 1)
                for chain in zip(*(self._chain(per_joint, joint) for joint in joints), strict=True)
            ]
            raw = level(torch.cat([features, *(a.to(features.dtype) for a in ancestors)], -1)).float()
            for position, joint in enumerate(joints):
                per_joint[joint] = raw[:, position]
        stacked = torch.stack(per_joint, 1).unflatten(-1, (self.timesteps, 6)).transpose(1, 2)
        return rotation_6d_to_matrix(stacked + self.identity)

    @staticmethod
    def _chain(per_joint: list[Tensor | None], joint: int) -> list[Tensor]:
        chain = []
        while (joint := MANO_PARENTS[joint]) >= 0:
            chain.append(per_joint[joint])
        return chain


class CameraRegressor(nn.Module):
    """Wrist position in the crop and scale, for `timesteps` timesteps a feature vector."""

    def __init__(self, width: int, timesteps: int) -> None:
        super().__init__()
        self.timesteps = timesteps
        self.layers = nn.Sequential(nn.Linear(width, width), nn.GELU(), nn.Linear(width, 3 * timesteps))
        nn.init.zeros_(self.layers[2].bias)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """(..., E) -> wrist_2d (..., timesteps, 2) in 0..1 and log_scale (..., timesteps), log crop sides per metre."""
        raw = self.layers(features).float().unflatten(-1, (self.timesteps, 3))
        return 0.5 + raw[..., :2], START_LOG_SCALE + raw[..., 2]
