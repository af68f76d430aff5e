"""From crops to scored, posed hypotheses: generator, selector and hand model in one call."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from handviz.network.generator import Generator, HypothesisBatch
from handviz.network.kinematics import project_crop
from handviz.network.selector import Selector
from handviz.network.unfolder import ImageFeatures


@dataclass
class Recovery:
    """K scored hypotheses for each of B crops of right hands, in crop-camera coordinates, metres."""

    vertices: Tensor
    """(B, K, T, V, 3)."""
    joints: Tensor
    """(B, K, T, 21, 3)."""
    joints_2d: Tensor
    """(B, K, T, 21, 2) crop coordinates 0..1."""
    translation: Tensor
    """(B, K, T, 3) wrist position."""
    rotations: Tensor
    """(B, K, T, 16, 3, 3) relative to the parent; joint 0 in crop-camera coordinates."""
    betas: Tensor
    """(B, K, 10)."""
    mu: Tensor
    """(B, K)."""
    nu: Tensor
    """(B, K)."""
    heatmap_joints_2d: Tensor
    """(B, T, 21, 2) where the heat maps see the joints, crop coordinates 0..1."""


@torch.inference_mode()
def recover(
    generator: Generator,
    selector: Selector,
    hand_model: nn.Module,
    images: Tensor,
    crop_focal: Tensor,
    hypotheses: int,
    seed: int = 0,
    use_betas: bool = True,
) -> Recovery:
    """Hypotheses for crops (B, 3, S, S) in 0..1 with focal lengths (B,) in crop sides.

    use_betas=False poses the hand model's mean shape, for models whose shape space is not the one trained with.
    The same seed gives the same hypotheses.
    """
    rng = torch.Generator().manual_seed(seed)
    features, batch = generator(images, crop_focal, hypotheses, rng)
    betas = batch.betas if use_betas else torch.zeros_like(batch.betas)
    posed = hand_model(batch.rotations, betas[:, :, None].expand(-1, -1, batch.rotations.shape[2], -1))
    return score(selector, images, crop_focal, features, batch, betas, posed.vertices, posed.joints)


def score(
    selector: Selector,
    images: Tensor,
    crop_focal: Tensor,
    features: ImageFeatures,
    batch: HypothesisBatch,
    betas: Tensor,
    vertices: Tensor,
    joints: Tensor,
) -> Recovery:
    """Put wrist-relative vertices and joints into the crop camera and score every hypothesis."""
    translation = batch.translation(crop_focal)
    placed = joints + translation[..., None, :]
    joints_2d = project_crop(placed, crop_focal)
    read = selector.features(images, crop_focal, features)
    mu, nu = selector(read, batch, joints, joints_2d)
    return Recovery(
        vertices + translation[..., None, :], placed, joints_2d, translation, batch.rotations, betas, mu, nu,
        features.joints_2d,
    )  # fmt: skip
