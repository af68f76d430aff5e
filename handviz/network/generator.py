"""The generation network: B photos -> K hypotheses each, processed independently of one another."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from handviz.network.backbones import build_backbone
from handviz.network.config import GeneratorConfig
from handviz.network.flow import FlowSource, FlowTarget
from handviz.network.regressor import CameraRegressor, KinematicRegressor
from handviz.network.sources import EmbeddingSource, NoiseSource
from handviz.network.transformer import Block, learned
from handviz.network.unfolder import NUM_JOINTS, NUM_TIMESTEPS, ImageFeatures, Unfolder


@dataclass
class HypothesisBatch:
    """K hypotheses for each of B photos, in crop-camera coordinates of a right hand."""

    rotations: Tensor
    """(B, K, T, 16, 3, 3) relative to the parent, joint 0 the wrist in crop-camera coordinates."""
    betas: Tensor
    """(B, K, 10)."""
    wrist_2d: Tensor
    """(B, K, T, 2) crop coordinates 0..1."""
    log_scale: Tensor
    """(B, K, T) log of crop sides per metre at the wrist's depth."""
    tokens: Tensor
    """(B, K, P, E) refined features, for the diversity loss."""
    velocity_error: Tensor | None = None
    """(B, K) of the flow source in training, where the hypotheses are what noisy truths lead to; 0 where the truth's
    rotations are not known."""

    def translation(self, crop_focal: Tensor) -> Tensor:
        """Wrist positions (B, K, T, 3) in metres, crop-camera coordinates, given crop focal lengths (B,)."""
        focal = crop_focal[:, None, None]
        depth = focal * torch.exp(-self.log_scale.clamp(-3.0, 6.0))
        lateral = (self.wrist_2d - 0.5) * (depth / focal)[..., None]
        return torch.cat([lateral, depth[..., None]], -1)


class Generator(nn.Module):
    """Photos (B, 3, S, S) -> HypothesisBatch."""

    def __init__(self, config: GeneratorConfig) -> None:
        super().__init__()
        self.config = config
        self.trust: nn.Module | None = None
        width = config.width
        self.by_joint = config.tokens == "joint"
        self.backbone = build_backbone(config.backbone)
        self.unfolder = Unfolder(self.backbone.channels, width, shared=config.unfolder == "shared")
        self.token_timesteps = NUM_TIMESTEPS if self.by_joint else 1
        self.num_tokens = NUM_JOINTS if self.by_joint else NUM_TIMESTEPS * NUM_JOINTS
        known = self.backbone.landmark_values
        self.embed = nn.Linear(self.token_timesteps * (width + 2) + known, width)
        self.position = learned(self.num_tokens, width)
        self.shape = nn.Sequential(nn.Linear(width, width), nn.GELU(), nn.Linear(width, 10))
        if config.source == "flow":
            self.source: nn.Module = FlowSource(width, config.blocks, config.heads, config.flow_steps)
            return
        if config.source == "embedding":
            self.source = EmbeddingSource(config.embeddings, width)
        else:
            self.source = NoiseSource(self.num_tokens, width, config.noise_channels, config.token_noise_channels)
        self.blocks = nn.ModuleList(Block(width, config.heads) for _ in range(config.blocks))
        self.norm = nn.LayerNorm(width)
        self.regressor = KinematicRegressor(width, self.token_timesteps)
        shared_camera = config.camera == "shared"
        self.camera = CameraRegressor(width, NUM_TIMESTEPS if shared_camera else self.token_timesteps)

    def encode(self, images: Tensor, crop_focal: Tensor) -> ImageFeatures:
        """Photos (B, 3, S, S) in 0..1 and crop focal lengths (B,) in crop sides -> ImageFeatures."""
        maps = self.backbone(images)
        features = self.unfolder(maps, crop_focal)
        features.landmarks = self.backbone.landmarks(maps)
        features.presence = self.backbone.presence(maps)
        return features

    def hypothesise(
        self,
        features: ImageFeatures,
        hypotheses: int,
        rng: torch.Generator | None = None,
        target: FlowTarget | None = None,
        central: Tensor | None = None,
    ) -> HypothesisBatch:
        """K hypotheses for each photo; rng (CPU) makes the noise repeatable. target trains a flow source.

        Photos that are central (B,) have a first hypothesis of no noise: the best single answer, where the others are
        samples.
        """
        joints = torch.cat([features.joint_features, features.joints_2d.to(features.joint_features.dtype)], -1)
        tokens = joints.transpose(1, 2).flatten(2) if self.by_joint else joints.flatten(1, 2)
        if features.landmarks is not None:
            landmarks = features.landmarks if self.by_joint else features.landmarks.repeat(1, NUM_TIMESTEPS, 1)
            tokens = torch.cat([tokens, landmarks.to(tokens.dtype)], -1)
        tokens = self.embed(tokens) + self.position + features.pooled[:, None]
        if isinstance(self.source, FlowSource):
            return self._by_flow(features, tokens, hypotheses, rng, target, central)
        tokens = self.source(tokens, hypotheses, rng, central)
        for block in self.blocks:
            tokens = block(tokens)
        tokens = self.norm(tokens)
        batch, count = tokens.shape[:2]
        grouped = tokens if self.by_joint else tokens.unflatten(2, (NUM_TIMESTEPS, NUM_JOINTS))
        rotations = self.regressor(grouped.reshape(-1, NUM_JOINTS, tokens.shape[-1]))
        rotations = rotations.reshape(batch, count, NUM_TIMESTEPS, 16, 3, 3)
        if self.config.camera == "shared":
            camera = self.camera(features.pooled[:, None])
        else:
            camera = self.camera(grouped[..., 0, :])
        wrist_2d = camera[0].reshape(batch, -1, NUM_TIMESTEPS, 2)
        log_scale = camera[1].reshape(batch, -1, NUM_TIMESTEPS)
        betas = self.shape(features.pooled).float()[:, None].expand(-1, count, -1)
        return HypothesisBatch(
            rotations, betas, wrist_2d.expand(-1, count, -1, -1), log_scale.expand(-1, count, -1), tokens
        )

    def _by_flow(
        self,
        features: ImageFeatures,
        tokens: Tensor,
        hypotheses: int,
        rng: torch.Generator | None,
        target: FlowTarget | None,
        central: Tensor | None,
    ) -> HypothesisBatch:
        context = tokens if self.by_joint else tokens.unflatten(1, (NUM_TIMESTEPS, NUM_JOINTS)).mean(1)
        error = None
        if target is None:
            parts, refined = self.source(context, hypotheses, rng, central)
        else:
            parts, refined, error = self.source.denoise(context, hypotheses, target)
        betas = self.shape(features.pooled).float()[:, None].expand(-1, hypotheses, -1)
        return HypothesisBatch(parts.rotations, betas, parts.wrist_2d, parts.log_scale, refined, error)

    def forward(
        self,
        images: Tensor,
        crop_focal: Tensor,
        hypotheses: int,
        rng: torch.Generator | None = None,
        target: FlowTarget | None = None,
        central: Tensor | None = None,
    ) -> tuple[ImageFeatures, HypothesisBatch]:
        """Photos (B, 3, S, S) in 0..1, crop focal lengths (B,) -> image features and K hypotheses each."""
        features = self.encode(images, crop_focal)
        return features, self.hypothesise(features, hypotheses, rng, target, central)
