"""Several looks at a hand: what they see is told in one camera, each has its share, the first hypothesis is sure."""

import pytest
import torch

from handviz.hand.model import HandModel
from handviz.network import looks
from handviz.network.config import GeneratorConfig
from handviz.network.generator import Generator
from handviz.network.kinematics import JointKinematics, project_crop
from handviz.network.lent_motion import lend_motion
from handviz.network.looks import LOOKS, hypotheses_for, looks_from, seen_from
from handviz.network.reframing import Frame, no_frame, roll_camera

FOCAL = torch.tensor([2.5, 3.0])


@pytest.fixture(scope="module")
def kinematics() -> JointKinematics:
    return JointKinematics(HandModel.load())


@pytest.fixture(scope="module")
def generator() -> Generator:
    torch.manual_seed(0)
    return Generator(GeneratorConfig(image_size=64, width=16, heads=2, blocks=1)).eval().requires_grad_(False)


@pytest.fixture(scope="module")
def images() -> torch.Tensor:
    return torch.rand(2, 3, 96, 96, generator=torch.Generator().manual_seed(1))


def _frame() -> Frame:
    return Frame(roll_camera(torch.tensor([0.4, -1.1])), torch.tensor([1.3, 0.9]))


def test_the_first_look_is_the_frame_and_the_others_are_turned_and_wider() -> None:
    found = looks_from(_frame(), len(LOOKS))
    torch.testing.assert_close(found.turn[:: len(LOOKS)], _frame().turn)
    torch.testing.assert_close(found.zoom[:: len(LOOKS)], _frame().zoom)
    for place, (angle, zoom) in enumerate(LOOKS):
        back = found.turn[place :: len(LOOKS)] @ _frame().turn.mT
        torch.testing.assert_close(back, roll_camera(torch.full((2,), angle)))
        torch.testing.assert_close(found.zoom[place :: len(LOOKS)] / _frame().zoom, torch.full((2,), zoom))


def test_hands_stay_where_they_are_when_told_by_another_camera(
    generator: Generator, images: torch.Tensor, kinematics: JointKinematics
) -> None:
    count, frame = len(LOOKS), _frame()
    cameras, focal = looks_from(frame, count), FOCAL.repeat_interleave(count)
    batch = generator(cameras.look(images.repeat_interleave(count, 0), focal, 64), focal * cameras.zoom, 4)[1]
    told = seen_from(batch, cameras, frame, FOCAL)
    first = Frame(frame.turn.repeat_interleave(count, 0), frame.zoom.repeat_interleave(count))

    def in_crop(some, of):
        joints = kinematics(some.rotations, some.betas[:, :, None])
        return of.back(joints + some.translation(focal * of.zoom)[..., None, :])

    torch.testing.assert_close(in_crop(told, first), in_crop(batch, cameras), atol=1e-5, rtol=0)


def test_of_one_look_hypotheses_are_the_networks_own(
    generator: Generator, images: torch.Tensor, kinematics: JointKinematics
) -> None:
    whole = no_frame(FOCAL)
    pictures = whole.look(images, FOCAL, 64)
    features, found = hypotheses_for(generator, kinematics, images, FOCAL, whole, 1, torch.Generator().manual_seed(3))
    central = torch.ones(2, dtype=torch.bool)
    own_features, own = generator(pictures, FOCAL, 4, torch.Generator().manual_seed(3), central=central)
    lent = lend_motion(own, kinematics, FOCAL, central)
    torch.testing.assert_close(found.rotations, lent.rotations[:, :1], atol=1e-5, rtol=0)
    torch.testing.assert_close(found.wrist_2d, lent.wrist_2d[:, :1], atol=1e-5, rtol=0)
    torch.testing.assert_close(features.maps, own_features.maps)


@pytest.mark.parametrize("count", [2, 3, 7, 16])
def test_each_look_has_its_share_and_the_first_hypothesis_does_not_depend_on_chance(
    generator: Generator, images: torch.Tensor, kinematics: JointKinematics, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # An untrained network hardly sees pictures; it does see focal lengths, which shall tell all looks apart.
    monkeypatch.setattr(looks, "LOOKS", ((0.0, 1.0), (0.25, 0.92), (-0.25, 0.8)))

    def found(seed: int, rows: slice = slice(None)):
        frame = Frame(_frame().turn[rows], _frame().zoom[rows])
        rng = torch.Generator().manual_seed(seed)
        return hypotheses_for(generator, kinematics, images[rows], FOCAL[rows], frame, count, rng)[1]

    first, second = found(0), found(1)
    assert first.rotations.shape == (2, count, 3, 16, 3, 3) and first.betas.shape == (2, count, 10)
    torch.testing.assert_close(first.rotations[:, 0, 1], second.rotations[:, 0, 1])
    assert (first.rotations[:, 1:] - second.rotations[:, 1:]).abs().amax((2, 3, 4, 5)).min() > 1e-6
    torch.testing.assert_close(found(0).rotations, first.rotations)
    # Betas are a look's own: they show who made what.
    makers = len(torch.unique(first.betas[0], dim=0))
    assert makers == min(count, len(LOOKS))
    # Photos do not see each other; the second one's sure hypothesis is the same when it is alone.
    alone = found(0, slice(1, 2))
    torch.testing.assert_close(alone.rotations[:, 0, 1], first.rotations[1:, 0, 1], atol=1e-5, rtol=0)


def test_without_a_second_look_there_is_one(images: torch.Tensor, kinematics: JointKinematics) -> None:
    torch.manual_seed(0)
    plain = Generator(GeneratorConfig(image_size=64, width=16, heads=2, blocks=1, second_look=False)).eval()
    found = hypotheses_for(plain, kinematics, images, FOCAL, no_frame(FOCAL), 6, torch.Generator().manual_seed(0))[1]
    assert len(torch.unique(found.betas[0], dim=0)) == 1
    joints = kinematics(found.rotations, found.betas[:, :, None])
    placed = project_crop(joints + found.translation(FOCAL)[..., None, :], FOCAL)
    assert torch.isfinite(placed).all()
