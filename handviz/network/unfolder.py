"""The unfolder: backbone features -> a feature map and joint heat maps for each timestep of the exposure."""

from dataclasses import dataclass, fields

import torch
from torch import Tensor, nn
from torch.nn import functional

from handviz.geometry.skeleton import JOINT_NAMES, TIMESTEPS

NUM_TIMESTEPS = len(TIMESTEPS)
NUM_JOINTS = len(JOINT_NAMES)


@dataclass
class ImageFeatures:
    """What the networks know of B photos before any hypothesis is made."""

    maps: Tensor
    """(B, T, E, h, w) feature maps F_t at stride 8; T is expanded, not copied, when timesteps share one decoder."""
    joints_2d: Tensor
    """(B, T, 21, 2) heat-map joints, crop coordinates 0..1."""
    joint_features: Tensor
    """(B, T, 21, E) maps sampled at joints_2d."""
    pooled: Tensor
    """(B, E) pooled stride-32 features with the crop's focal length."""
    coarse: Tensor
    """(B, E, h / 4, w / 4) projected stride-32 features F_B."""
    landmarks: Tensor | None = None
    """(B, 21, 6) what the backbone itself says of each joint (Backbone.landmarks), where it knows of joints."""
    presence: Tensor | None = None
    """(B,) log odds that it says of a hand's being there (Backbone.presence)."""

    def float(self) -> "ImageFeatures":
        """The same in float32, for those who compute with more digits than the backbone did."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return ImageFeatures(**{name: None if value is None else value.float() for name, value in values.items()})


def soft_argmax(heat_maps: Tensor) -> Tensor:
    """Heat maps (..., h, w), as logits, to expected positions (..., 2) in 0..1; cell centres lie at (i + 0.5) / n."""
    height, width = heat_maps.shape[-2:]
    probability = heat_maps.float().flatten(-2).softmax(-1).unflatten(-1, (height, width))
    x = (torch.arange(width, device=heat_maps.device) + 0.5) / width
    y = (torch.arange(height, device=heat_maps.device) + 0.5) / height
    return torch.stack([(probability.sum(-2) * x).sum(-1), (probability.sum(-1) * y).sum(-1)], -1)


def sample_maps(maps: Tensor, positions: Tensor) -> Tensor:
    """Maps (N, E, h, w) read bilinearly at positions (N, P, 2) in 0..1: (N, P, E). Outside, the border is read."""
    grid = (positions * 2.0 - 1.0)[:, :, None].to(maps.dtype)
    sampled = functional.grid_sample(maps, grid, padding_mode="border", align_corners=False)
    return sampled[..., 0].transpose(1, 2)


class Decoder(nn.Module):
    """Strides 32 -> 16 -> 8 with skips, then heat maps for `timesteps` timesteps."""

    def __init__(self, channels: tuple[int, int, int], width: int, timesteps: int) -> None:
        super().__init__()
        self.lateral = nn.ModuleList(nn.Conv2d(count, width, 1) for count in channels)
        self.smooth = nn.ModuleList(
            nn.Sequential(
                nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU(inplace=True)
            )
            for _ in range(2)
        )
        self.heat_maps = nn.Conv2d(width, timesteps * NUM_JOINTS, 1)

    def forward(self, features: list[Tensor]) -> tuple[Tensor, Tensor]:
        """Backbone features -> map (B, E, h, w) and heat-map logits (B, timesteps * 21, h, w)."""
        x = self.lateral[2](features[2])
        for lateral, smooth, skip in (
            (self.lateral[1], self.smooth[0], features[1]),
            (self.lateral[0], self.smooth[1], features[0]),
        ):
            x = functional.interpolate(x, size=skip.shape[-2:], mode="nearest") + lateral(skip)
            x = smooth(x)
        return x, self.heat_maps(x)


class Unfolder(nn.Module):
    """One decoder for every timestep (the paper), or one shared by all with a heat-map head for each."""

    def __init__(self, channels: tuple[int, int, int], width: int, shared: bool) -> None:
        super().__init__()
        self.shared = shared
        count, timesteps = (1, NUM_TIMESTEPS) if shared else (NUM_TIMESTEPS, 1)
        self.decoders = nn.ModuleList(Decoder(channels, width, timesteps) for _ in range(count))
        self.coarse = nn.Conv2d(channels[2], width, 1)
        self.focal = nn.Linear(1, width)

    def forward(self, features: list[Tensor], crop_focal: Tensor) -> ImageFeatures:
        """Backbone features and crop focal lengths (B,) in crop sides -> ImageFeatures."""
        decoded = [decoder(features) for decoder in self.decoders]
        maps = torch.stack([map_ for map_, _ in decoded], 1)
        heat_maps = (
            torch.stack([heat for _, heat in decoded], 1).flatten(1, 2).unflatten(1, (NUM_TIMESTEPS, NUM_JOINTS))
        )
        joints_2d = soft_argmax(heat_maps)
        batch = maps.shape[0]
        if self.shared:
            positions = joints_2d.flatten(1, 2)
            joint_features = sample_maps(maps[:, 0], positions).unflatten(1, (NUM_TIMESTEPS, NUM_JOINTS))
            maps = maps.expand(-1, NUM_TIMESTEPS, -1, -1, -1)
        else:
            sampled = sample_maps(maps.flatten(0, 1), joints_2d.flatten(0, 1))
            joint_features = sampled.unflatten(0, (batch, NUM_TIMESTEPS))
        coarse = self.coarse(features[2])
        pooled = coarse.mean((-2, -1)) + self.focal(crop_focal.log()[:, None])
        return ImageFeatures(maps, joints_2d, joint_features, pooled, coarse)
