"""Settling: hypotheses give way to landmarks by trust, keep what they know besides, and do not see each other."""

import pytest
import torch
from torch import Tensor

from handviz.hand.model import HandModel
from handviz.network.generator import HypothesisBatch
from handviz.network.kinematics import JointKinematics, project_crop
from handviz.network.rotations import axis_angle_to_matrix
from handviz.network.settling import _centred, _place, _slopes_2d, _turn_slopes, settle
from handviz.network.trust import TrustedLandmarks

FOCAL = torch.tensor([2.5, 3.0])


@pytest.fixture(scope="module")
def kinematics() -> JointKinematics:
    return JointKinematics(HandModel.load())


def _hypotheses(count: int = 4, seed: int = 0) -> HypothesisBatch:
    rng = torch.Generator().manual_seed(seed)

    def noise(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=rng)

    rotations = axis_angle_to_matrix(0.15 * noise(2, count, 3, 16, 3))
    wrist = 0.5 + 0.05 * noise(2, count, 3, 2)
    return HypothesisBatch(rotations, 0.2 * noise(2, count, 10), wrist, 1.4 + 0.05 * noise(2, count, 3), torch.zeros(1))


def _middle(kinematics: JointKinematics, batch: HypothesisBatch) -> tuple[Tensor, Tensor]:
    """Joints projected (B, K, 21, 2) and from their centre (B, K, 21, 3)."""
    joints = kinematics(batch.rotations, batch.betas[:, :, None])
    placed = project_crop(joints + batch.translation(FOCAL)[..., None, :], FOCAL)
    return placed[:, :, 1], joints[:, :, 1] - joints[:, :, 1].mean(-2, keepdim=True)


def _landmarks(
    kinematics: JointKinematics, share_2d: float, share: float, error: float = 0.0, rows: slice = slice(None)
) -> TrustedLandmarks:
    """Those of another hand."""
    placed, centred = _middle(kinematics, _hypotheses(1, seed=5))
    values = (torch.full((2, 21), value)[rows] for value in (error, error, share_2d, share))
    return TrustedLandmarks(placed[rows, 0], centred[rows, 0], *values)


def test_slopes_are_those_of_small_changes() -> None:
    exact = JointKinematics(HandModel.load()).double()
    batch = _hypotheses(1)
    rotations, betas = batch.rotations[:, 0, 1].double(), batch.betas[:, 0].double()
    wrist, scale, focal = batch.wrist_2d[:, 0, 1].double(), batch.log_scale[:, 0, 1].double(), FOCAL.double()

    def seen(moved: Tensor) -> tuple[Tensor, Tensor]:
        turned = rotations @ axis_angle_to_matrix(moved[:, :-3].unflatten(1, (-1, 3)))
        place = _place(wrist + moved[:, -3:-1], scale + moved[:, -1], focal)
        joints = exact(turned, betas)
        return project_crop(joints + place[:, None], focal), joints

    joints = exact(rotations, betas)
    by_turn = _turn_slopes(rotations, joints)
    found = _slopes_2d(by_turn, joints, _place(wrist, scale, focal), focal)
    for value in range(51):
        step = torch.zeros(2, 51, dtype=torch.float64)
        step[:, value] = 1e-5
        by_2d, by_joint = ((up - down) / 2e-5 for up, down in zip(seen(step), seen(-step), strict=True))
        # Fingertips are skinned, by several joints a little; the slopes take their last joint alone.
        torch.testing.assert_close(found[..., value], by_2d, atol=0.02, rtol=0.02)
        if value < 48:
            torch.testing.assert_close(by_turn[..., value], by_joint, atol=0.004, rtol=0.02)


def test_without_trust_nothing_moves(kinematics: JointKinematics) -> None:
    batch = _hypotheses()
    after = settle(batch, kinematics, FOCAL, _landmarks(kinematics, 0.0, 0.0, error=0.1))
    torch.testing.assert_close(after.rotations, batch.rotations, atol=1e-5, rtol=0)
    torch.testing.assert_close(after.wrist_2d, batch.wrist_2d, atol=1e-6, rtol=0)


@pytest.mark.parametrize("share", [0.5, 0.95])
def test_joints_go_the_trusted_share_of_the_way(kinematics: JointKinematics, share: float) -> None:
    batch = _hypotheses()
    in_picture = _landmarks(kinematics, share, 0.0)
    after = settle(batch, kinematics, FOCAL, in_picture)
    before_2d = _middle(kinematics, batch)[0]
    way = share * (in_picture.positions_2d[:, None] - before_2d)
    missed = before_2d + way - _middle(kinematics, after)[0]
    assert missed.norm(dim=-1).mean() < 0.2 * way.norm(dim=-1).mean()


def test_joints_also_go_towards_depths_that_a_picture_leaves_open(kinematics: JointKinematics) -> None:
    batch = _hypotheses()
    landmarks = _landmarks(kinematics, 0.0, 0.9)
    before, after = (_middle(kinematics, some)[1] for some in (batch, settle(batch, kinematics, FOCAL, landmarks)))
    apart = [(landmarks.joints[:, None] - joints).norm(dim=-1).mean() for joints in (before, after)]
    assert apart[1] < 0.35 * apart[0]


def test_hypotheses_meet_landmarks_of_their_own_and_the_central_one_as_they_are(kinematics: JointKinematics) -> None:
    alike = _hypotheses(1)
    several = HypothesisBatch(
        *(value.repeat(1, 12, *[1] * (value.dim() - 2)) for value in (
            alike.rotations, alike.betas, alike.wrist_2d, alike.log_scale,
        )), torch.zeros(1),
    )  # fmt: skip
    sure, unsure = (_landmarks(kinematics, 0.9, 0.9, error) for error in (0.0, 0.01))
    first_photo = torch.tensor([True, False])

    def settled(landmarks: TrustedLandmarks, seed: int = 0, central: Tensor | None = None) -> Tensor:
        return settle(several, kinematics, FOCAL, landmarks, torch.Generator().manual_seed(seed), central).wrist_2d

    assert settled(sure).std(1).max() < 1e-6
    assert settled(unsure).std(1).min() > 0.003
    torch.testing.assert_close(settled(unsure), settled(unsure))
    assert not torch.equal(settled(unsure), settled(unsure, seed=1))
    found = settled(unsure, central=first_photo)
    torch.testing.assert_close(found[0, 0], settled(sure)[0, 0])
    torch.testing.assert_close(found[1], settled(unsure)[1])
    torch.testing.assert_close(found[0, 1:], settled(unsure)[0, 1:])


def test_rotations_stay_rotations_and_motion_stays_motion(kinematics: JointKinematics) -> None:
    batch = _hypotheses()
    after = settle(batch, kinematics, FOCAL, _landmarks(kinematics, 1.0, 1.0, error=0.01))
    eye = torch.eye(3).expand_as(after.rotations)
    torch.testing.assert_close(after.rotations @ after.rotations.mT, eye, atol=1e-5, rtol=0)
    moved = after.wrist_2d - batch.wrist_2d
    torch.testing.assert_close(moved, moved[:, :, :1].expand(-1, -1, 3, -1))
    torch.testing.assert_close(after.betas, batch.betas)


def test_hypotheses_and_photos_do_not_see_each_other(kinematics: JointKinematics) -> None:
    batch = _hypotheses()
    whole = settle(batch, kinematics, FOCAL, _landmarks(kinematics, 0.7, 0.4))
    part = HypothesisBatch(
        batch.rotations[1:, 2:3], batch.betas[1:, 2:3], batch.wrist_2d[1:, 2:3], batch.log_scale[1:, 2:3],
        torch.zeros(1),
    )  # fmt: skip
    alone = settle(part, kinematics, FOCAL[1:], _landmarks(kinematics, 0.7, 0.4, rows=slice(1, 2)))
    torch.testing.assert_close(alone.rotations, whole.rotations[1:, 2:3], atol=1e-4, rtol=0)


def test_centred_joints_have_their_mean_at_the_origin() -> None:
    torch.testing.assert_close(_centred(torch.rand(3, 21, 3)).mean(1), torch.zeros(3, 3), atol=1e-6, rtol=0)
