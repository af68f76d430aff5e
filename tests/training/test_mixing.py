"""Hypotheses of several checkpoints and perturbed ones, as a selector learns to judge them."""

import pytest
import torch

from handviz.hand.model import HandModel
from handviz.network.config import GeneratorConfig
from handviz.network.generator import Generator, HypothesisBatch
from handviz.network.kinematics import JointKinematics
from handviz.network.looks import hypotheses_for
from handviz.network.reframing import no_frame
from handviz.training.batches import Batch
from handviz.training.generator_losses import Truth
from handviz.training.mixing import draw, perturb

KINEMATICS = JointKinematics(HandModel.load())


@pytest.fixture
def batch() -> Batch:
    eye = torch.eye(3).expand(3, 3, 16, 3, 3)
    zeros = torch.zeros(3, 3, 21, 3)
    truth = Truth(eye, torch.zeros(3, 10), torch.ones(3, 3, 3), zeros, torch.full((3,), 2.0), torch.ones(3))
    return Batch(torch.rand(3, 3, 64, 64), torch.full((3,), 2.0), truth)


def _generator(seed: int, size: int) -> Generator:
    torch.manual_seed(seed)
    return Generator(GeneratorConfig(image_size=size, width=16, heads=2, blocks=1)).eval().requires_grad_(False)


@pytest.mark.parametrize(("count", "share", "own"), [(8, 0.5, 4), (7, 0.25, 5), (2, 0.0, 2)])
def test_each_generator_makes_its_share(batch: Batch, count: int, share: float, own: int) -> None:
    first, others = _generator(0, 64), [_generator(1, 32), _generator(2, 64)]
    features, found = draw(first, KINEMATICS, others, batch, count, share, 0.0, torch.Generator().manual_seed(5))
    assert found.rotations.shape == (3, count, 3, 16, 3, 3)
    alone_features, alone = hypotheses_for(
        first, KINEMATICS, batch.images, batch.told_focal, no_frame(batch.told_focal), own,
        torch.Generator().manual_seed(5),
    )  # fmt: skip
    torch.testing.assert_close(found.rotations[:, :own], alone.rotations)
    torch.testing.assert_close(features.maps, alone_features.maps)
    if own < count:
        assert (found.log_scale[:, own:] - alone.log_scale[:, : count - own]).abs().min() > 0


def _hypotheses(count: int = 400) -> HypothesisBatch:
    eye = torch.eye(3).expand(1, count, 3, 16, 3, 3)
    return HypothesisBatch(
        eye, torch.zeros(1, count, 10), torch.full((1, count, 3, 2), 0.5), torch.zeros(1, count, 3), torch.zeros(1)
    )


def test_a_share_is_knocked_out_of_place_and_stays_a_hand_in_motion() -> None:
    before = _hypotheses()
    after = perturb(before, 0.25, torch.Generator().manual_seed(0))
    moved = (after.wrist_2d != before.wrist_2d).any(-1).any(-1)[0]
    assert 0.18 < moved.float().mean() < 0.32
    turned = (after.rotations - before.rotations).abs().amax((2, 3, 4, 5))[0]
    assert torch.equal(turned > 0, moved)
    gram = after.rotations @ after.rotations.mT
    torch.testing.assert_close(gram, before.rotations @ before.rotations.mT, atol=1e-5, rtol=0)
    # Alike in all timesteps: motion is left as it was.
    torch.testing.assert_close(after.rotations[:, :, 0], after.rotations[:, :, 2])


def test_nothing_is_changed_where_nothing_is_asked_for() -> None:
    before = _hypotheses(4)
    assert perturb(before, 0.0) is before
