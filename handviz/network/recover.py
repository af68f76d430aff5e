"""From crops to scored, posed hypotheses: generator, selector and hand model in one call."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from handviz.network.generator import Generator
from handviz.network.kinematics import JointKinematics, project_crop
from handviz.network.looks import hypotheses_for
from handviz.network.reframing import Frame, frame_on, no_frame
from handviz.network.selector import Selector


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

    Crops are better larger than the generator's pictures: the second look shows a part of them. use_betas=False poses
    the hand model's mean shape, for models whose shape space is not the one trained with. The same seed gives the same
    hypotheses.
    """
    rng = torch.Generator().manual_seed(seed)
    frame = find_frame(generator, images, crop_focal)
    focal = crop_focal * frame.zoom
    kinematics = JointKinematics(hand_model)
    features, batch = hypotheses_for(generator, kinematics, images, crop_focal, frame, hypotheses, rng, use_betas)
    betas = batch.betas
    posed = hand_model(batch.rotations, betas[:, :, None].expand(-1, -1, batch.rotations.shape[2], -1))
    translation = batch.translation(focal)
    placed = posed.joints + translation[..., None, :]
    pictures = frame.look(images, crop_focal, generator.config.image_size)
    read = selector.features(pictures, focal, features)
    placed_2d = project_crop(placed, focal)
    mu, nu = selector(read, batch, posed.joints, placed_2d)
    vertices = posed.vertices + translation[..., None, :]
    if selector.witness is not None:
        mu = nu + selector.witness(features, hand_model, vertices, posed.joints, placed_2d, focal, mu - nu)
    rotations = torch.cat([frame.back_rotations(batch.rotations[:, :, :, :1]), batch.rotations[:, :, :, 1:]], 3)
    joints = frame.back(placed)
    return Recovery(
        vertices=frame.back(vertices),
        joints=joints,
        joints_2d=project_crop(joints, crop_focal),
        translation=frame.back(translation),
        rotations=rotations,
        betas=betas,
        mu=mu,
        nu=nu,
        heatmap_joints_2d=frame.back_2d(features.joints_2d, crop_focal),
    )


@torch.inference_mode()
def right_hand_logit(generator: Generator, images: Tensor, crop_focal: Tensor) -> Tensor:
    """Log odds (B,) that crops (B, 3, S, S) show right hands, from a generator whose backbone knows_sides.

    Crops and their mirror images are framed by a second look each; half the difference of what the backbone says of
    the two counts, so that a picture and its mirror image get opposite answers.
    """
    both = torch.cat([images, images.flip(-1)])
    focal = crop_focal.repeat(2)
    frame = find_frame(generator, both, focal)
    backbone = generator.backbone
    told = backbone.right_hand_logit(backbone(frame.look(both, focal, generator.config.image_size)))
    as_is, in_mirror = told.chunk(2)
    return 0.5 * (as_is - in_mirror)


def find_frame(generator: Generator, images: Tensor, crop_focal: Tensor) -> Frame:
    """Where to look again in crops (B, 3, S, S), by the joints that a first look finds."""
    if not generator.config.second_look:
        return no_frame(crop_focal)
    return frame_on(generator.encode(resized(images, generator.config.image_size), crop_focal).joints_2d, crop_focal)


def resized(images: Tensor, size: int) -> Tensor:
    """Images (B, 3, S, S) at another size (B, 3, size, size), areas averaged."""
    if images.shape[-1] == size:
        return images
    return functional.interpolate(images, (size, size), mode="bilinear", antialias=True).clamp(0.0, 1.0)


def crops_to_tensor(crops: Sequence[np.ndarray]) -> Tensor:
    """Crops (S, S, 3) uint8 -> (B, 3, S, S) in 0..1, all at the size of the largest."""
    size = max(crop.shape[0] for crop in crops)
    tensors = [torch.from_numpy(np.array(crop)).permute(2, 0, 1)[None].float() / 255.0 for crop in crops]
    return torch.cat([resized(tensor, size) for tensor in tensors])
