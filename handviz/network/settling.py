"""Settling hypotheses on what a network that knows real hands sees: each gives way to its landmarks as far as it trusts
them.

The landmark network inside a twin backbone places joints in sharp photos more exactly than hypotheses do, and loses
them under blur, which it notices itself (presence). Each hypothesis is bent, all timesteps alike, until its middle
joints project where they should: a share of the way from its own to the landmarks. Damped Gauss-Newton steps over joint
rotations, place and scale; hypotheses keep their depths, their motion and what the landmarks leave open.
"""

from dataclasses import replace

import torch
from torch import Tensor

from handviz.geometry.skeleton import JOINT21_OF_MANO16, JOINT_PARENTS, MANO_PARENTS
from handviz.network.generator import HypothesisBatch
from handviz.network.kinematics import JointKinematics, project_crop
from handviz.network.rotations import axis_angle_to_matrix

_STEPS = 3
_PIXEL = 0.008
"""How exactly joints are asked to lie where they should, crop sides."""
_TURN, _WRIST_TURN, _SHIFT, _SCALE = 0.25, 0.35, 0.1, 0.2
"""How far, by standard deviations, a hypothesis may go: radians a joint, of the wrist, crop sides, log scale."""
_DOUBT = 0.1
"""A landmark so far from the heat maps' joint, in crop sides, gets half its trust."""
_MOST_TRUST, _HALF_TRUST, _TRUST_WIDTH = 0.75, 5.1, 0.35
"""Trust in landmarks by the network's log odds of a hand being there: at most, where it is half that, how steep."""
_VALUES = 3 * len(MANO_PARENTS) + 3


def trust(presence: Tensor, landmarks_2d: Tensor, heat_map_joints: Tensor) -> Tensor:
    """Trust (B, 21) in 0..1 in landmarks (B, 21, 2), from the presence's log odds (B,) and the middle joints (B, 21, 2)
    that the heat maps see."""
    sure = _MOST_TRUST * torch.sigmoid((presence - _HALF_TRUST) / _TRUST_WIDTH)
    apart = (landmarks_2d - heat_map_joints).norm(dim=-1)
    return sure[:, None] / (1.0 + (apart / _DOUBT).square())


def settle(
    batch: HypothesisBatch, kinematics: JointKinematics, crop_focal: Tensor, landmarks_2d: Tensor, trusted: Tensor
) -> HypothesisBatch:
    """Hypotheses (B, K) that gave way to landmarks (B, 21, 2) in crop coordinates 0..1 by their trust (B, 21)."""
    count, hypotheses, timesteps = batch.rotations.shape[:3]
    middle = timesteps // 2
    focal = crop_focal[:, None].expand(-1, hypotheses).reshape(-1)
    rotations = batch.rotations[:, :, middle].reshape(-1, len(MANO_PARENTS), 3, 3)
    betas = batch.betas.reshape(-1, batch.betas.shape[-1])
    wrist = batch.wrist_2d[:, :, middle].reshape(-1, 2)
    scale = batch.log_scale[:, :, middle].reshape(-1)
    moved = rotations.new_zeros(len(rotations), _VALUES)
    asked: Tensor | None = None
    for _ in range(_STEPS):
        turned = rotations @ axis_angle_to_matrix(moved[:, :-3].unflatten(1, (-1, 3)))
        joints = kinematics(turned, betas)
        place = _place(wrist + moved[:, -3:-1], scale + moved[:, -1], focal)
        seen = project_crop(joints + place[:, None], focal)
        if asked is None:
            own = seen.unflatten(0, (count, hypotheses))
            asked = (own + trusted[:, None, :, None] * (landmarks_2d[:, None] - own)).flatten(0, 1)
        slopes = _slopes(turned, joints, place, focal)
        left = slopes.mT / _PIXEL**2
        damping = torch.diag(_damping(moved))
        step = torch.linalg.solve(
            left @ slopes + damping, left @ (asked - seen).flatten(1)[..., None] - (damping @ moved[..., None])
        )
        moved = moved + step[..., 0]
    moved = moved.unflatten(0, (count, hypotheses))
    turn = axis_angle_to_matrix(moved[..., :-3].unflatten(-1, (-1, 3)))
    return replace(
        batch,
        rotations=batch.rotations @ turn[:, :, None],
        wrist_2d=batch.wrist_2d + moved[:, :, None, -3:-1],
        log_scale=batch.log_scale + moved[:, :, None, -1],
    )


def _place(wrist_2d: Tensor, log_scale: Tensor, focal: Tensor) -> Tensor:
    """Wrists (N, 3) in metres, as HypothesisBatch.translation."""
    depth = focal * torch.exp(-log_scale.clamp(-3.0, 6.0))
    return torch.cat([(wrist_2d - 0.5) * (depth / focal)[:, None], depth[:, None]], -1)


def _damping(like: Tensor) -> Tensor:
    """(51,)"""
    turn = [_WRIST_TURN] * 3 + [_TURN] * 3 * (len(MANO_PARENTS) - 1)
    return like.new_tensor([*turn, _SHIFT, _SHIFT, _SCALE]) ** -2


def _slopes(rotations: Tensor, joints: Tensor, place: Tensor, focal: Tensor) -> Tensor:
    """How projected joints move (N, 42, 51) as each joint turns in its own frame, the wrist shifts, the scale grows."""
    chain = [rotations[:, 0]]
    for joint, parent in enumerate(MANO_PARENTS[1:], 1):
        chain.append(chain[parent] @ rotations[:, joint])
    axes = torch.stack(chain, 1)
    reach = joints[:, :, None] - joints[:, None, list(JOINT21_OF_MANO16)]
    reach = reach * _carried(joints)[..., None]
    # A turn about axis a moves a joint at reach r by a x r.
    by_turn = torch.linalg.cross(axes[:, None].mT, reach[..., None, :], dim=-1).mT
    by_shift = torch.cat([torch.eye(2), torch.zeros(1, 2)]).to(joints) * (place[:, 2] / focal)[:, None, None]
    by_scale = -place[..., None]
    points = joints + place[:, None]
    depth = points[..., 2].clamp_min(0.02)
    flat = joints.new_zeros(*points.shape[:2], 2, 3)
    flat[..., 0, 0] = flat[..., 1, 1] = 1.0
    flat[..., 2] = -points[..., :2] / depth[..., None]
    flat = flat * (focal[:, None] / depth)[..., None, None]
    turns = (flat[:, :, None] @ by_turn).permute(0, 1, 3, 2, 4).flatten(3)
    whole = torch.cat([by_shift, by_scale], -1)
    return torch.cat([turns, flat @ whole[:, None]], -1).flatten(1, 2)


def _carried(like: Tensor) -> Tensor:
    """(21, 16): 1 where a MANO joint's turn carries one of the 21 joints along."""
    mask = like.new_zeros(len(JOINT_PARENTS), len(MANO_PARENTS))
    mano_of = {joint: index for index, joint in enumerate(JOINT21_OF_MANO16)}
    for joint, parent in enumerate(JOINT_PARENTS):
        while parent >= 0:
            mask[joint, mano_of[parent]] = 1.0
            parent = JOINT_PARENTS[parent]
    return mask
