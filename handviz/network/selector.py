"""The selection network S(H | I): a photo and its hypotheses -> two logits each, any K, in any order."""

from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.nn import functional

from handviz.geometry.skeleton import MANO16_OF_JOINT21
from handviz.network.backbones import build_backbone
from handviz.network.config import SelectorConfig
from handviz.network.generator import Generator, HypothesisBatch
from handviz.network.hand_landmark import WORLD_UNIT
from handviz.network.transformer import Block, learned
from handviz.network.unfolder import NUM_JOINTS, NUM_TIMESTEPS, ImageFeatures, Unfolder, sample_maps

_CONTEXT_CELLS = 4


def reading(config: SelectorConfig, generator: Generator) -> SelectorConfig:
    """The configuration of a selector that is to score the hypotheses of this generator."""
    told = config.backbone == "generator" and generator.backbone.landmark_values > 0
    return replace(config, generator_width=generator.config.width, landmarks=told)


class Selector(nn.Module):
    """Scores each hypothesis by the photo's features at its own projected joints; hypotheses do not see each other."""

    def __init__(self, config: SelectorConfig) -> None:
        super().__init__()
        self.config = config
        self.witness: nn.Module | None = None
        width = config.width
        self.backbone = None if config.backbone == "generator" else build_backbone(config.backbone)
        feature_width = config.generator_width
        if self.backbone is not None:
            feature_width = width
            self.unfolder = Unfolder(self.backbone.channels, width, shared=True)
        geometry = NUM_TIMESTEPS * (6 + 3 + 2 + 2 + (5 if config.landmarks else 0))
        self.read = nn.Linear(NUM_TIMESTEPS * feature_width, width)
        self.geometry = nn.Sequential(nn.Linear(geometry, width), nn.GELU(), nn.Linear(width, width))
        self.position = learned(NUM_JOINTS, width)
        self.context = nn.Linear(feature_width, width)
        self.pooled = nn.Linear(feature_width, width)
        self.blocks = nn.ModuleList(Block(width, config.heads, cross=True) for _ in range(config.blocks))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, 2)
        self.register_buffer("log_temperature", torch.zeros(()))

    def features(self, images: Tensor, crop_focal: Tensor, generator_features: ImageFeatures) -> ImageFeatures:
        """The feature maps this selector reads: its own, or the generator's."""
        if self.backbone is None:
            return generator_features
        maps = self.backbone(images)
        features = self.unfolder(maps, crop_focal)
        features.landmarks = self.backbone.landmarks(maps)
        return features

    def forward(
        self, features: ImageFeatures, batch: HypothesisBatch, joints: Tensor, joints_2d: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Two logits for each hypothesis.

        joints (B, K, T, 21, 3): metres, relative to the wrist. joints_2d (B, K, T, 21, 2): crop coordinates 0..1.
        Returns mu (B, K) and nu (B, K), the logs of p(x, y=1) and p(x, y=0) up to a constant, over the temperature.
        """
        count, hypotheses = joints.shape[:2]
        positions = joints_2d.clamp(-0.5, 1.5)
        # One lookup a timestep for all K hypotheses: (B * T, E, h, w) at (B * T, K * 21, 2).
        by_timestep = positions.transpose(1, 2).flatten(2, 3).flatten(0, 1)
        sampled = sample_maps(features.maps.flatten(0, 1), by_timestep)
        sampled = sampled.unflatten(0, (count, NUM_TIMESTEPS)).unflatten(2, (hypotheses, NUM_JOINTS))
        sampled = sampled.permute(0, 2, 3, 1, 4).flatten(-2)
        tokens = self.read(sampled) + self.geometry(self._geometry(features, batch, joints, positions))
        tokens = tokens + self.position + self.pooled(features.pooled)[:, None, None]
        coarse = functional.adaptive_avg_pool2d(features.coarse, _CONTEXT_CELLS).flatten(2).transpose(1, 2)
        context = self.context(coarse)
        for block in self.blocks:
            tokens = block(tokens, context)
        logits = self.head(self.norm(tokens.mean(2))).float() * torch.exp(-self.log_temperature)
        return logits[..., 0], logits[..., 1]

    def _geometry(self, features: ImageFeatures, batch: HypothesisBatch, joints: Tensor, positions: Tensor) -> Tensor:
        rotations = batch.rotations[..., :2].transpose(-1, -2).flatten(-2)
        padded = functional.pad(rotations, (0, 0, 0, 1))
        # Fingertips have no rotation of their own: index -1 reads the padding.
        per_joint = padded[..., list(MANO16_OF_JOINT21), :]
        offset = positions - features.joints_2d[:, None].to(positions.dtype)
        parts = [per_joint, 10.0 * joints, 2.0 * positions - 1.0, 4.0 * offset]
        if self.config.landmarks:
            told = features.landmarks[:, None, None].to(positions.dtype)
            world = told[..., 3:] - told[..., :1, 3:]
            parts += [4.0 * (positions - told[..., :2]), WORLD_UNIT * joints - world]
        return torch.cat(parts, -1).transpose(2, 3).flatten(-2)
