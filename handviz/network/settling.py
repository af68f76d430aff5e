"""Settling hypotheses on what a network that knows real hands sees: each gives way to its landmarks as far as they are
to be trusted (trust.py).

Each hypothesis is bent, all timesteps alike, until its middle joints lie and project where they should: a share of the
way from its own to the landmarks. Damped Gauss-Newton steps over joint rotations, place and scale; hypotheses keep
their motion and what the landmarks leave open. Each meets landmarks of its own, off by what they may be off, so that
hypotheses do not pretend to be surer than that (perturbed observations of an ensemble Kalman filter); the central one
meets them where they are.
"""

from dataclasses import replace

import torch
from torch import Tensor
from torch.nn import functional

from handviz.geometry.skeleton import JOINT21_OF_MANO16, JOINT_PARENTS, MANO_PARENTS
from handviz.network.generator import HypothesisBatch
from handviz.network.kinematics import JointKinematics, project_crop
from handviz.network.rotations import axis_angle_to_matrix
from handviz.network.trust import TrustedLandmarks

_STEPS = 3
_PIXEL, _REACH = 0.008, 0.005
"""How exactly joints are asked to lie where they should: picture sides, metres."""
_TURN, _WRIST_TURN, _SHIFT, _SCALE = 0.25, 0.35, 0.1, 0.2
"""How far, by standard deviations, a hypothesis may go: radians a joint, of the wrist, picture sides, log scale."""
_OFF, _OFF_TOGETHER = 4.5, 0.3
"""How far landmarks are moved for each hypothesis, in their errors, and the share of it that all joints have in common.
More than 1: joints err together in ways that this leaves out. Chosen so that the truth lies within hypotheses'
quantiles as often as it should, on photos of neither training nor test; the energy score hardly cares."""


def settle(
    batch: HypothesisBatch,
    kinematics: JointKinematics,
    crop_focal: Tensor,
    landmarks: TrustedLandmarks,
    rng: torch.Generator | None = None,
    central: Tensor | None = None,
) -> HypothesisBatch:
    """Hypotheses (B, K) that gave way to landmarks as far as those are trusted.

    rng (CPU) makes what landmarks are moved by repeatable; for the first hypothesis of photos that are central (B,)
    they stay where they are.
    """
    count, hypotheses, timesteps = batch.rotations.shape[:3]
    middle = timesteps // 2
    focal = crop_focal[:, None].expand(-1, hypotheses).reshape(-1)
    rotations = batch.rotations[:, :, middle].reshape(-1, len(MANO_PARENTS), 3, 3)
    betas = batch.betas.reshape(-1, batch.betas.shape[-1])
    wrist = batch.wrist_2d[:, :, middle].reshape(-1, 2)
    scale = batch.log_scale[:, :, middle].reshape(-1)
    told_2d, told = (
        _moved(where, off, hypotheses, rng, central)
        for where, off in ((landmarks.positions_2d, landmarks.error_2d), (landmarks.joints, landmarks.error))
    )
    share_2d, share = (
        value[:, None, :, None].expand(-1, hypotheses, -1, -1).flatten(0, 1)
        for value in (landmarks.share_2d, landmarks.share)
    )
    weight_2d, weight = share_2d.sqrt() / _PIXEL, share.sqrt() / _REACH
    moved = rotations.new_zeros(len(rotations), 3 * len(MANO_PARENTS) + 3)
    damping = torch.diag(_damping(moved))
    asked: tuple[Tensor, Tensor] | None = None
    for _ in range(_STEPS):
        turned = rotations @ axis_angle_to_matrix(moved[:, :-3].unflatten(1, (-1, 3)))
        joints = kinematics(turned, betas)
        place = _place(wrist + moved[:, -3:-1], scale + moved[:, -1], focal)
        seen, centred = project_crop(joints + place[:, None], focal), _centred(joints)
        if asked is None:
            asked = seen + share_2d * (told_2d - seen), centred + share * (_centred(told) - centred)
        by_turn = _turn_slopes(turned, joints)
        slopes = torch.cat(
            [
                (_slopes_2d(by_turn, joints, place, focal) * weight_2d[..., None]).flatten(1, 2),
                # Seen from their centre, joints do not move with place and scale.
                (functional.pad(_centred(by_turn), (0, 3)) * weight[..., None]).flatten(1, 2),
            ], 1,
        )  # fmt: skip
        left_over = torch.cat(
            [((asked[0] - seen) * weight_2d).flatten(1), ((asked[1] - centred) * weight).flatten(1)], 1
        )
        wanted = slopes.mT @ left_over[..., None] - damping @ moved[..., None]
        moved = moved + torch.linalg.solve(slopes.mT @ slopes + damping, wanted)[..., 0]
    moved = moved.unflatten(0, (count, hypotheses))
    turn = axis_angle_to_matrix(moved[..., :-3].unflatten(-1, (-1, 3)))
    return replace(
        batch,
        rotations=batch.rotations @ turn[:, :, None],
        wrist_2d=batch.wrist_2d + moved[:, :, None, -3:-1],
        log_scale=batch.log_scale + moved[:, :, None, -1],
    )


def _moved(where: Tensor, off: Tensor, hypotheses: int, rng: torch.Generator | None, central: Tensor | None) -> Tensor:
    """Landmarks (B, 21, D), errors (B, 21) -> landmarks for each hypothesis (B * K, 21, D), moved at random."""
    # Drawn on the CPU, so that every device sees the same.
    count, joints, axes = where.shape
    alone = torch.randn(count, hypotheses, joints, axes, generator=rng)
    together = torch.randn(count, hypotheses, 1, axes, generator=rng)
    noise = ((1.0 - _OFF_TOGETHER) ** 0.5 * alone + _OFF_TOGETHER**0.5 * together).to(where.device)
    if central is not None:
        noise[:, 0] = noise[:, 0] * ~central[:, None, None]
    return (where[:, None] + _OFF * off[:, None, :, None] * noise).flatten(0, 1)


def _place(wrist_2d: Tensor, log_scale: Tensor, focal: Tensor) -> Tensor:
    """Wrists (N, 3) in metres, as HypothesisBatch.translation."""
    depth = focal * torch.exp(-log_scale.clamp(-3.0, 6.0))
    return torch.cat([(wrist_2d - 0.5) * (depth / focal)[:, None], depth[:, None]], -1)


def _centred(values: Tensor) -> Tensor:
    """(N, 21, ...) less their mean over joints."""
    return values - values.mean(1, keepdim=True)


def _damping(like: Tensor) -> Tensor:
    """(51,)"""
    turn = [_WRIST_TURN] * 3 + [_TURN] * 3 * (len(MANO_PARENTS) - 1)
    return like.new_tensor([*turn, _SHIFT, _SHIFT, _SCALE]) ** -2


def _turn_slopes(rotations: Tensor, joints: Tensor) -> Tensor:
    """How joints (N, 21, 3) move, (N, 21, 3, 48), as each MANO joint turns in its own frame."""
    chain = [rotations[:, 0]]
    for joint, parent in enumerate(MANO_PARENTS[1:], 1):
        chain.append(chain[parent] @ rotations[:, joint])
    axes = torch.stack(chain, 1)
    reach = joints[:, :, None] - joints[:, None, list(JOINT21_OF_MANO16)]
    reach = reach * _carried(joints)[..., None]
    # A turn about axis a moves a joint at reach r by a x r.
    by_axis = torch.linalg.cross(axes[:, None].mT, reach[..., None, :], dim=-1)
    return by_axis.flatten(2, 3).mT


def _slopes_2d(by_turn: Tensor, joints: Tensor, place: Tensor, focal: Tensor) -> Tensor:
    """How projected joints move (N, 21, 2, 51) by turns, shifts of the wrist, and growing scale."""
    by_shift = torch.cat([torch.eye(2), torch.zeros(1, 2)]).to(joints) * (place[:, 2] / focal)[:, None, None]
    whole = torch.cat([by_shift, -place[..., None]], -1)[:, None].expand(-1, joints.shape[1], -1, -1)
    points = joints + place[:, None]
    depth = points[..., 2].clamp_min(0.02)
    flat = joints.new_zeros(*points.shape[:2], 2, 3)
    flat[..., 0, 0] = flat[..., 1, 1] = 1.0
    flat[..., 2] = -points[..., :2] / depth[..., None]
    flat = flat * (focal[:, None] / depth)[..., None, None]
    return flat @ torch.cat([by_turn, whole], -1)


def _carried(like: Tensor) -> Tensor:
    """(21, 16): 1 where a MANO joint's turn carries one of the 21 joints along."""
    mask = like.new_zeros(len(JOINT_PARENTS), len(MANO_PARENTS))
    mano_of = {joint: index for index, joint in enumerate(JOINT21_OF_MANO16)}
    for joint, parent in enumerate(JOINT_PARENTS):
        while parent >= 0:
            mask[joint, mano_of[parent]] = 1.0
            parent = JOINT_PARENTS[parent]
    return mask
