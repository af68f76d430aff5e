"""What an exposure leaves on the picture: the silhouette of a moving hand, swept from past to future and averaged."""

import numpy as np
import torch
from torch import Tensor, nn

from handviz.hand.model import HandModel

SIDE = 32
"""Cells along a side of the picture."""
MOMENTS = 9
_MOMENTS_FOR_PLACE = 5


class SurfacePoints(nn.Module):
    """Points dense enough on a hand's surface to touch every cell of its silhouette: its vertices, and the middles of
    the larger half of its triangles."""

    def __init__(self, hand: HandModel) -> None:
        super().__init__()
        faces = torch.from_numpy(np.asarray(hand.faces, np.int64)).to(hand.v_template.device)
        a, b, c = hand.v_template[faces].unbind(1)
        area = torch.linalg.cross(b - a, c - a).norm(dim=-1)
        self.register_buffer("large", faces[area.argsort()[len(faces) // 2 :]], persistent=False)

    def forward(self, vertices: Tensor) -> Tensor:
        """Vertices (..., V, D) -> points (..., P, D)."""
        return torch.cat([vertices, vertices[..., self.large, :].mean(-2)], -2)


def swept_coverage(points: Tensor, side: int = SIDE, moments: int = MOMENTS) -> Tensor:
    """Share of the exposure in which each cell of the picture shows the hand: (..., side, side) in 0..1, rows first.

    points (..., T, P, 2) lie on the projected surface at past, middle and future, picture coordinates 0..1. Between
    the timesteps they move on parabolas. Past and future may be exchanged: the coverage is the same.
    """
    times = torch.linspace(-1.0, 1.0, moments, device=points.device, dtype=points.dtype).view(-1, 1)

    def cells(coordinate: Tensor) -> Tensor:
        # What lies outside the picture goes to a ring of cells around it that is thrown away.
        past, middle, future = (part.unsqueeze(-2) for part in (coordinate * side + 1.0).unbind(-2))
        moved = middle + times * (0.5 * (future - past)) + times.square() * (0.5 * (future + past) - middle)
        return moved.clamp(0.0, side + 1.0).int()

    index = (cells(points[..., 1]) * (side + 2) + cells(points[..., 0])).flatten(0, -2).long()
    shown = torch.zeros(len(index), (side + 2) ** 2, device=points.device)
    shown.scatter_(1, index, 1.0)
    mean = shown.view(*points.shape[:-3], moments, side + 2, side + 2).mean(-3)
    return mean[..., 1:-1, 1:-1]


def place_and_size(coverage: Tensor) -> tuple[Tensor, Tensor]:
    """Centre (..., 2) in 0..1 of the picture, and root of the mean squared distance from it (...), of (..., S, S)."""
    side = coverage.shape[-1]
    cells = (torch.arange(side, device=coverage.device, dtype=coverage.dtype) + 0.5) / side
    total = coverage.sum((-2, -1)).clamp_min(1e-6)
    x, y = (coverage.sum(-2) * cells).sum(-1) / total, (coverage.sum(-1) * cells).sum(-1) / total
    squared = (cells - x[..., None]).square()[..., None, :] + (cells - y[..., None]).square()[..., :, None]
    return torch.stack([x, y], -1), ((coverage * squared).sum((-2, -1)) / total).sqrt()


def swept_onto(points: Tensor, smear: Tensor) -> Tensor:
    """Coverage (B, K, S, S) of points (B, K, T, P, 2) once their sweep is shifted and scaled to where a smear (B, S, S)
    lies: errors are measured from the wrist, so a hypothesis a little off in place or depth must not lose by that."""
    centre, size = place_and_size(swept_coverage(points, moments=_MOMENTS_FOR_PLACE))
    wanted_centre, wanted_size = place_and_size(smear)
    scale = (wanted_size[:, None] / size.clamp_min(1e-3)).clamp(0.5, 2.0)[..., None, None, None]
    moved = (points - centre[:, :, None, None]) * scale + wanted_centre[:, None, None, None]
    return swept_coverage(moved)
