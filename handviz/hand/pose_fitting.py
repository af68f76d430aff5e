"""Fit joint angles to recorded joints: bones point as recorded, hinges stay hinges, flesh does not sink in."""

from dataclasses import dataclass, fields

import numpy as np
import torch

from handviz.geometry.skeleton import JOINT21_OF_MANO16, MANO_PARENTS
from handviz.hand.anatomy import FINGER_BASES, from_anatomical, joint_axes
from handviz.hand.self_contact import Capsules

_CHAINS = ((5, 6, 7, 8), (9, 10, 11, 12), (17, 18, 19, 20), (13, 14, 15, 16), (1, 2, 3, 4))
"""Joints of each finger among the 21, in the order of FINGER_BASES."""

_CONTACT_COST = 4000.0
"""Cost of an overlap of one metre squared, against one radian squared between bones."""

_TOUCH = 0.002
"""Overlap in metres that counts as touching."""


def _stiffness() -> np.ndarray:
    """Cost (15, 3) of flexion, abduction and twist squared: hinges hardly bend sideways, bones hardly twist."""
    cost = np.zeros((15, 3))
    for base in FINGER_BASES[:-1]:
        cost[base - 1] = (0.0, 0.002, 0.05)
        cost[base : base + 2] = (0.001, 0.3, 0.3)
    cost[12:] = [(0.001, 0.001, 0.01), (0.002, 0.01, 0.05), (0.002, 0.3, 0.3)]
    return cost


def bone_directions(joints: np.ndarray) -> np.ndarray:
    """Unit directions (..., 15, 3) of the bones that joints 1 to 15 carry, from joints (..., 21, 3)."""
    bones = np.diff(joints[..., np.array(_CHAINS), :], axis=-2)
    bones = bones / np.maximum(np.linalg.norm(bones, axis=-1, keepdims=True), 1e-9)
    return bones.reshape(*joints.shape[:-2], 15, 3)


@dataclass(frozen=True)
class FittedPoses:
    """hand_pose (N, 45), mean angle (N,) between recorded and fitted bones in degrees, deepest overlap (N,) m."""

    hand_pose: np.ndarray
    bone_error: np.ndarray
    overlap: np.ndarray

    def __getitem__(self, chosen: np.ndarray | slice) -> "FittedPoses":
        return FittedPoses(*(getattr(self, field.name)[chosen] for field in fields(self)))


def fit_poses(
    joints: np.ndarray, rest: np.ndarray, capsules: Capsules | None, steps: int = 300, smoothness: float = 0.0
) -> FittedPoses:
    """Fit joints (N, 21, 3) in metres, which lie in the palm frame of the flat hand rest (21, 3).

    Without capsules the flesh is left alone. smoothness weighs the squared change of angles from one pose to the next,
    for poses that are frames of one track.
    """
    rest16 = rest[list(JOINT21_OF_MANO16)]
    axes = joint_axes(rest16)
    frames, start, skeleton = torch.from_numpy(axes), torch.from_numpy(bone_directions(rest)), torch.from_numpy(rest16)
    wanted, stiffness = torch.from_numpy(bone_directions(joints)), torch.from_numpy(_stiffness())
    flesh = (
        None
        if capsules is None
        else Capsules(*(torch.from_numpy(np.asarray(getattr(capsules, field.name))) for field in fields(Capsules)))
    )
    angles = torch.zeros(len(joints), 15, 3, dtype=torch.float64)
    angles[..., 0] = 0.3
    angles.requires_grad_(True)
    optimizer = torch.optim.Adam([angles], lr=0.08)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for _ in range(steps):
        optimizer.zero_grad()
        placed, turned = _pose(angles, frames, skeleton)
        found = (turned[:, 1:] @ start[..., None])[..., 0]
        loss = (found - wanted).square().sum() + (stiffness * angles.square()).sum()
        loss = loss + smoothness * angles.diff(dim=0).square().sum()
        if flesh is not None:
            loss = loss + _CONTACT_COST * (flesh.overlaps(placed, turned) - _TOUCH).relu().square().sum()
        loss.backward()
        optimizer.step()
        schedule.step()
    with torch.no_grad():
        placed, turned = _pose(angles, frames, skeleton)
        cosine = ((turned[:, 1:] @ start[..., None])[..., 0] * wanted).sum(-1).clamp(-1.0, 1.0)
        overlap = torch.zeros(len(angles)) if flesh is None else flesh.overlaps(placed, turned).amax(-1)
    error = np.degrees(torch.arccos(cosine).mean(-1).numpy())
    return FittedPoses(from_anatomical(angles.detach().numpy(), axes), error, overlap.numpy())


def _pose(angles: torch.Tensor, frames: torch.Tensor, skeleton: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Joints (N, 16, 3) and their rotations (N, 16, 3, 3) from the flat hand, of anatomical angles (N, 15, 3)."""
    turns = _rodrigues(torch.einsum("jab,njb->nja", frames, angles))
    placed = [skeleton[0].expand(len(angles), 3)]
    turned = [torch.eye(3, dtype=angles.dtype).expand(len(angles), 3, 3)]
    for joint in range(1, 16):
        parent = MANO_PARENTS[joint]
        placed.append(placed[parent] + turned[parent] @ (skeleton[joint] - skeleton[parent]))
        turned.append(turned[parent] @ turns[:, joint - 1])
    return torch.stack(placed, 1), torch.stack(turned, 1)


def _rodrigues(vectors: torch.Tensor) -> torch.Tensor:
    """Rotation matrices (..., 3, 3) of rotation vectors (..., 3), with a gradient at zero."""
    angle = (vectors.square().sum(-1, keepdim=True) + 1e-16).sqrt()[..., None]
    x, y, z = vectors.unbind(-1)
    zero = torch.zeros_like(x)
    cross = torch.stack([zero, -z, y, z, zero, -x, -y, x, zero], -1).unflatten(-1, (3, 3))
    identity = torch.eye(3, dtype=vectors.dtype)
    return identity + (angle.sin() / angle) * cross + ((1.0 - angle.cos()) / angle.square()) * (cross @ cross)
