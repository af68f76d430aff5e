"""A second look at a crop: the same camera centre, turned until the hand stands upright in the middle and fills it.

Turning a camera about its centre and changing its focal length moves pixels by a homography, so what is recovered in
the turned camera is exact in the crop's once it is turned back.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from handviz.geometry.skeleton import MIDDLE_KNUCKLE, WRIST
from handviz.network.kinematics import project_crop

MARGIN = 1.5
"""Side of the picture in sides of the square around the joints."""
_ZOOMS = (0.5, 2.5)


@dataclass
class Frame:
    """Second cameras for B crops."""

    turn: Tensor
    """(B, 3, 3) rotation from the crop camera's coordinates to the second camera's."""
    zoom: Tensor
    """(B,) focal length of the second camera over the crop camera's, both in sides of their pictures."""

    def look(self, images: Tensor, crop_focal: Tensor, size: int) -> Tensor:
        """Pictures (B, 3, size, size) that the second cameras take of crops (B, 3, S, S); outside, the edge repeats."""
        focal = (crop_focal * self.zoom)[:, None, None]
        side = (torch.arange(size, device=images.device, dtype=torch.float32) + 0.5) / size - 0.5
        y, x = torch.meshgrid(side, side, indexing="ij")
        pixels = torch.stack([x, y], -1).flatten(0, 1)
        rays = torch.cat([pixels / focal, torch.ones(len(images), size * size, 1, device=images.device)], -1)
        source = project_crop(rays @ self.turn, crop_focal)
        grid = (2.0 * source - 1.0).clamp(-4.0, 4.0).unflatten(1, (size, size)).to(images.dtype)
        return functional.grid_sample(images, grid, padding_mode="border", align_corners=False)

    def back(self, points: Tensor) -> Tensor:
        """Points (B, ..., 3) of the second cameras in the crop cameras' coordinates."""
        return (points.flatten(1, -2) @ self.turn.to(points.dtype)).unflatten(1, points.shape[1:-1])

    def back_rotations(self, rotations: Tensor) -> Tensor:
        """Global rotations (B, ..., 3, 3) likewise."""
        turned = self.turn.mT.to(rotations.dtype)[:, None] @ rotations.flatten(1, -3)
        return turned.unflatten(1, rotations.shape[1:-2])

    def back_2d(self, positions: Tensor, crop_focal: Tensor) -> Tensor:
        """Picture coordinates (B, ..., 2) in 0..1 of the second cameras as crop coordinates."""
        focal = (crop_focal * self.zoom).view(-1, *([1] * (positions.dim() - 1)))
        rays = torch.cat([(positions - 0.5) / focal, torch.ones_like(positions[..., :1])], -1)
        return project_crop(self.back(rays), crop_focal)


def no_frame(crop_focal: Tensor) -> Frame:
    """The second look that is the first: crop focal lengths (B,)."""
    eye = torch.eye(3, device=crop_focal.device).expand(len(crop_focal), 3, 3)
    return Frame(eye, torch.ones_like(crop_focal))


def frame_on(joints_2d: Tensor, crop_focal: Tensor, roll: Tensor | float = 0.0) -> Frame:
    """The frame in which joints (B, T, 21, 2), crop coordinates 0..1, stand upright (wrist below the middle knuckle,
    turned by `roll` (B,) radians), in the middle, with MARGIN around those of all timesteps."""
    low, high = joints_2d.amin((1, 2)), joints_2d.amax((1, 2))
    centre = (0.5 * (low + high) - 0.5).clamp(-0.5, 0.5)
    to_centre = aim_camera(centre / crop_focal[:, None])
    up = (joints_2d[:, :, MIDDLE_KNUCKLE] - joints_2d[:, :, WRIST]).mean(1)
    # The angle that takes `up` to straight up, y pointing down.
    angle = -torch.atan2(up[:, 0], -up[:, 1]) + roll
    turn = roll_camera(angle) @ to_centre
    # How large the joints are in the turned camera decides the zoom.
    rays = torch.cat([(joints_2d - 0.5) / crop_focal[:, None, None, None], torch.ones_like(joints_2d[..., :1])], -1)
    seen = project_crop(rays.flatten(1, 2) @ turn.mT, crop_focal)
    extent = (seen.amax(1) - seen.amin(1)).amax(-1)
    return Frame(turn, (1.0 / (MARGIN * extent.clamp_min(1e-3))).clamp(*_ZOOMS))


def roll_camera(angle: Tensor) -> Tensor:
    """Rotations (B, 3, 3) about the optical axis by angles (B,) in radians, x towards y."""
    cos, sin, zero, one = torch.cos(angle), torch.sin(angle), torch.zeros_like(angle), torch.ones_like(angle)
    return torch.stack([cos, -sin, zero, sin, cos, zero, zero, zero, one], -1).unflatten(-1, (3, 3))


def aim_camera(slopes: Tensor) -> Tensor:
    """The smallest rotations (B, 3, 3) that take directions (x, y, 1), told by slopes (B, 2), to the optical axis."""
    directions = torch.cat([slopes, torch.ones_like(slopes[:, :1])], -1)
    x, y, z = functional.normalize(directions, dim=-1).unbind(-1)
    # Rodrigues for the axis d x e_z, whose sine is its length and whose cosine is z.
    zero = torch.zeros_like(x)
    cross = torch.stack([zero, zero, -x, zero, zero, -y, x, y, zero], -1).unflatten(-1, (3, 3))
    eye = torch.eye(3, device=slopes.device, dtype=slopes.dtype)
    return eye + cross + cross @ cross / (1.0 + z)[:, None, None]
