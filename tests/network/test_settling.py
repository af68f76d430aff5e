"""Settling: hypotheses give way to landmarks by trust, keep what they know besides, and do not see each other."""

import pytest
import torch
from torch import Tensor

from handviz.hand.model import HandModel
from handviz.network.generator import HypothesisBatch
from handviz.network.kinematics import JointKinematics, project_crop
from handviz.network.rotations import axis_angle_to_matrix
from handviz.network.settling import _place, _slopes, settle, trust

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


def _middle_2d(kinematics: JointKinematics, batch: HypothesisBatch) -> Tensor:
    joints = kinematics(batch.rotations, batch.betas[:, :, None])
    return project_crop(joints + batch.translation(FOCAL)[..., None, :], FOCAL)[:, :, 1]


def test_slopes_are_those_of_small_changes(kinematics: JointKinematics) -> None:
    exact = JointKinematics(HandModel.load()).double()
    batch = _hypotheses(1)
    rotations, betas = batch.rotations[:, 0, 1].double(), batch.betas[:, 0].double()
    wrist, scale, focal = batch.wrist_2d[:, 0, 1].double(), batch.log_scale[:, 0, 1].double(), FOCAL.double()

    def seen(moved: Tensor) -> Tensor:
        turned = rotations @ axis_angle_to_matrix(moved[:, :-3].unflatten(1, (-1, 3)))
        place = _place(wrist + moved[:, -3:-1], scale + moved[:, -1], focal)
        return project_crop(exact(turned, betas) + place[:, None], focal).flatten(1)

    found = _slopes(rotations, exact(rotations, betas), _place(wrist, scale, focal), focal)
    for value in range(51):
        step = torch.zeros(2, 51, dtype=torch.float64)
        step[:, value] = 1e-5
        # Fingertips are skinned, by several joints a little; the slopes take their last joint alone.
        torch.testing.assert_close(found[..., value], (seen(step) - seen(-step)) / 2e-5, atol=0.02, rtol=0.02)


def test_without_trust_nothing_moves(kinematics: JointKinematics) -> None:
    batch = _hypotheses()
    after = settle(batch, kinematics, FOCAL, torch.rand(2, 21, 2), torch.zeros(2, 21))
    torch.testing.assert_close(after.rotations, batch.rotations, atol=1e-5, rtol=0)
    torch.testing.assert_close(after.wrist_2d, batch.wrist_2d, atol=1e-6, rtol=0)


@pytest.mark.parametrize("share", [0.5, 0.95])
def test_joints_go_the_trusted_share_of_the_way(kinematics: JointKinematics, share: float) -> None:
    batch, target = _hypotheses(), _hypotheses(1, seed=5)
    landmarks = _middle_2d(kinematics, target)[:, 0]
    before = _middle_2d(kinematics, batch)
    after = _middle_2d(kinematics, settle(batch, kinematics, FOCAL, landmarks, torch.full((2, 21), share)))
    asked = before + share * (landmarks[:, None] - before)
    assert (after - asked).norm(dim=-1).mean() < 0.2 * (before - asked).norm(dim=-1).mean()


def test_rotations_stay_rotations_and_motion_stays_motion(kinematics: JointKinematics) -> None:
    batch = _hypotheses()
    after = settle(batch, kinematics, FOCAL, _middle_2d(kinematics, _hypotheses(1, seed=5))[:, 0], torch.ones(2, 21))
    eye = torch.eye(3).expand_as(after.rotations)
    torch.testing.assert_close(after.rotations @ after.rotations.mT, eye, atol=1e-5, rtol=0)
    moved = after.wrist_2d - batch.wrist_2d
    torch.testing.assert_close(moved, moved[:, :, :1].expand(-1, -1, 3, -1))
    torch.testing.assert_close(after.betas, batch.betas)


def test_hypotheses_and_photos_do_not_see_each_other(kinematics: JointKinematics) -> None:
    batch = _hypotheses()
    landmarks, trusted = _middle_2d(kinematics, _hypotheses(1, seed=5))[:, 0], torch.full((2, 21), 0.7)
    whole = settle(batch, kinematics, FOCAL, landmarks, trusted)
    part = HypothesisBatch(
        batch.rotations[1:, 2:3], batch.betas[1:, 2:3], batch.wrist_2d[1:, 2:3], batch.log_scale[1:, 2:3],
        torch.zeros(1),
    )  # fmt: skip
    alone = settle(part, kinematics, FOCAL[1:], landmarks[1:], trusted[1:])
    torch.testing.assert_close(alone.rotations, whole.rotations[1:, 2:3], atol=1e-4, rtol=0)


def test_trust_grows_with_presence_and_falls_with_doubt() -> None:
    seen = torch.rand(3, 21, 2)
    trusted = trust(torch.tensor([0.0, 5.1, 9.0]), seen, seen)
    assert trusted[0].max() < 0.01 and trusted[2].min() > 0.74
    torch.testing.assert_close(trusted[1], torch.full((21,), 0.375))
    apart = seen + torch.tensor([0.1, 0.0])
    torch.testing.assert_close(trust(torch.full((3,), 5.1), apart, seen), torch.full((3, 21), 0.1875))
