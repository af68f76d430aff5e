"""Motion lent to the central hypothesis: its middle stays, it moves as the others do, whichever order they tell."""

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from handviz.hand.model import HandModel
from handviz.network.generator import HypothesisBatch
from handviz.network.kinematics import JointKinematics
from handviz.network.lent_motion import lend_motion
from handviz.network.rotations import axis_angle_to_matrix

FOCAL = torch.tensor([2.5, 3.0])
BOTH = torch.tensor([True, True])


@pytest.fixture(scope="module")
def kinematics() -> JointKinematics:
    return JointKinematics(HandModel.load())


def _moving(signs: tuple[int, ...], seed: int = 0) -> HypothesisBatch:
    """Two photos' hypotheses with middles of their own: the first stands still, the others move alike, by sign."""
    rng = torch.Generator().manual_seed(seed)
    count = 1 + len(signs)

    def noise(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=rng)

    steps = torch.tensor([0, *signs], dtype=torch.float32)[:, None] * torch.tensor([-1.0, 0.0, 1.0])
    steps = steps[None, :, :, None]
    middle = axis_angle_to_matrix(0.3 * noise(2, count, 1, 16, 3))
    turn = axis_angle_to_matrix(steps[..., None] * 0.2 * noise(2, 1, 1, 16, 3))
    # Far enough that where the fingers go besides does not change the direction.
    wrist = 0.5 + 0.05 * noise(2, count, 1, 2) + steps * 0.3 * functional.normalize(noise(2, 1, 1, 2), dim=-1)
    scale = 1.4 + 0.05 * noise(2, count, 1) + steps[..., 0] * 0.1 * noise(2, 1, 1)
    return HypothesisBatch(middle @ turn, 0.1 * noise(2, count, 10), wrist, scale, torch.zeros(1))


@pytest.mark.parametrize("signs", [(1, 1, 1), (1, -1, 1, -1), (-1,)])
def test_it_moves_as_the_others_in_one_order(kinematics: JointKinematics, signs: tuple[int, ...]) -> None:
    batch = _moving(signs)
    found = lend_motion(batch, kinematics, FOCAL, BOTH)
    torch.testing.assert_close(found.rotations[:, 0, 1], batch.rotations[:, 0, 1], atol=1e-5, rtol=0)
    torch.testing.assert_close(found.rotations[:, 1:], batch.rotations[:, 1:])
    torch.testing.assert_close(found.wrist_2d[:, 0, 1], batch.wrist_2d[:, 0, 1])
    own = found.rotations[:, 0, 1, None].mT @ found.rotations[:, 0]
    theirs = batch.rotations[:, 1, 1, None].mT @ batch.rotations[:, 1]
    there = found.wrist_2d[:, 0] - found.wrist_2d[:, 0, 1, None], batch.wrist_2d[:, 1] - batch.wrist_2d[:, 1, 1, None]
    for photo in range(2):
        # Which of the two orders is told is not for a photo to say.
        forward = (there[0][photo] - there[1][photo]).abs().max() < 1e-4
        expected = theirs[photo] if forward else theirs[photo].flip(0)
        torch.testing.assert_close(own[photo], expected, atol=1e-4, rtol=0)
        way = there[1][photo] if forward else there[1][photo].flip(0)
        torch.testing.assert_close(there[0][photo], way, atol=1e-4, rtol=0)


def test_photos_that_are_not_central_and_single_hypotheses_stay_as_they_are(kinematics: JointKinematics) -> None:
    batch = _moving((1, -1))
    found = lend_motion(batch, kinematics, FOCAL, torch.tensor([True, False]))
    torch.testing.assert_close(found.rotations[1], batch.rotations[1])
    torch.testing.assert_close(found.log_scale[1], batch.log_scale[1])
    assert (found.wrist_2d[0, 0] - batch.wrist_2d[0, 0]).abs().max() > 0.01
    alone = _moving(())
    assert lend_motion(alone, kinematics, FOCAL, BOTH) is alone


def test_rotations_stay_rotations(kinematics: JointKinematics) -> None:
    rng = torch.Generator().manual_seed(1)
    rotations = axis_angle_to_matrix(torch.randn(2, 6, 3, 16, 3, generator=rng))
    noise = torch.randn(2, 6, 3, 3, generator=rng)
    batch = HypothesisBatch(rotations, torch.zeros(2, 6, 10), 0.5 + 0.1 * noise[..., :2], noise[..., 2], torch.zeros(1))
    found = lend_motion(batch, kinematics, FOCAL, BOTH).rotations
    torch.testing.assert_close(found @ found.mT, torch.eye(3).expand_as(found), atol=1e-5, rtol=0)
