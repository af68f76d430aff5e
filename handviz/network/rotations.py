"""Differentiable rotations in torch."""

import torch
from torch import Tensor
from torch.nn import functional


def rotation_6d_to_matrix(rotation_6d: Tensor) -> Tensor:
    """The 6D form (..., 6) (Zhou et al. 2019) to matrices (..., 3, 3): its halves made orthonormal are two columns."""
    first, second = rotation_6d[..., :3], rotation_6d[..., 3:]
    x = functional.normalize(first, dim=-1, eps=1e-6)
    y = functional.normalize(second - (x * second).sum(-1, keepdim=True) * x, dim=-1, eps=1e-6)
    return torch.stack([x, y, torch.linalg.cross(x, y)], -1)


def axis_angle_to_matrix(axis_angle: Tensor) -> Tensor:
    """Rodrigues' formula: axis-angle (..., 3) in radians to matrices (..., 3, 3)."""
    angle = axis_angle.norm(dim=-1, keepdim=True).clamp_min(1e-8)[..., None]
    x, y, z = axis_angle.unbind(-1)
    zero = torch.zeros_like(x)
    cross = torch.stack([zero, -z, y, z, zero, -x, -y, x, zero], -1).unflatten(-1, (3, 3))
    eye = torch.eye(3, dtype=axis_angle.dtype, device=axis_angle.device)
    return eye + torch.sin(angle) / angle * cross + (1 - torch.cos(angle)) / angle**2 * (cross @ cross)
