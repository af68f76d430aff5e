"""Hypotheses are independent of one another and of the other photos of a batch, whatever the configuration."""

import dataclasses

import pytest
import torch

from handviz.errors import InputError
from handviz.hand.model import HandModel
from handviz.network.config import GeneratorConfig
from handviz.network.generator import Generator
from handviz.network.kinematics import JointKinematics, project_crop
from handviz.network.rotations import axis_angle_to_matrix
from handviz.network.unfolder import soft_argmax

SMALL = GeneratorConfig(image_size=64, width=32, blocks=2, embeddings=6)
CONFIGS = {
    "noise": SMALL,
    "paper-like": dataclasses.replace(
        SMALL, source="embedding", tokens="timestep_joint", unfolder="per_timestep", camera="shared"
    ),
    "resnet18": dataclasses.replace(SMALL, backbone="resnet18", tokens="timestep_joint"),
}


@pytest.fixture(params=CONFIGS, scope="module")
def generator(request: pytest.FixtureRequest) -> Generator:
    torch.manual_seed(0)
    network = Generator(CONFIGS[request.param]).eval().requires_grad_(False)
    # Zero-mean starting weights hide mix-ups; larger ones make every input matter.
    for parameter in network.regressor.parameters():
        parameter.mul_(5.0)
    return network


def _photos(count: int) -> tuple[torch.Tensor, torch.Tensor]:
    rng = torch.Generator().manual_seed(1)
    return torch.rand(count, 3, 64, 64, generator=rng), 1.5 + torch.rand(count, generator=rng)


def _hypothesise(generator: Generator, images: torch.Tensor, focal: torch.Tensor, k: int):
    return generator(images, focal, k, torch.Generator().manual_seed(7))[1]


def test_shapes(generator: Generator) -> None:
    images, focal = _photos(3)
    features, batch = generator(images, focal, 5)
    assert features.joints_2d.shape == (3, 3, 21, 2)
    assert batch.rotations.shape == (3, 5, 3, 16, 3, 3)
    assert batch.betas.shape == (3, 5, 10)
    assert batch.wrist_2d.shape == (3, 5, 3, 2) and batch.log_scale.shape == (3, 5, 3)
    assert batch.translation(focal).shape == (3, 5, 3, 3)


def test_rotations_are_rotations(generator: Generator) -> None:
    rotations = _hypothesise(generator, *_photos(2), 4).rotations
    torch.testing.assert_close(torch.linalg.det(rotations), torch.ones(rotations.shape[:-2]), atol=1e-4, rtol=0)


def test_a_photo_does_not_care_who_shares_its_batch(generator: Generator) -> None:
    images, focal = _photos(3)
    rng = torch.Generator().manual_seed(7)
    together = generator.hypothesise(generator.encode(images, focal), 4, rng)
    swapped = images.clone()
    swapped[0] = 0.3
    other = generator.hypothesise(generator.encode(swapped, focal), 4, torch.Generator().manual_seed(7))
    torch.testing.assert_close(together.rotations[1:], other.rotations[1:], atol=1e-5, rtol=1e-4)
    assert (together.rotations[0] - other.rotations[0]).abs().max() > 1e-4


def test_photos_are_told_apart(generator: Generator) -> None:
    images, focal = _photos(2)
    forward = generator.encode(images, focal)
    backward = generator.encode(images.flip(0), focal.flip(0))
    torch.testing.assert_close(forward.joint_features, backward.joint_features.flip(0), atol=1e-5, rtol=1e-4)
    assert (forward.joint_features[0] - forward.joint_features[1]).abs().max() > 1e-4


def test_hypotheses_differ_and_do_not_see_each_other(generator: Generator) -> None:
    images, focal = _photos(2)
    features = generator.encode(images, focal)
    tokens = torch.randn(2, 4, generator.num_tokens, generator.config.width)

    def through(tokens: torch.Tensor) -> torch.Tensor:
        for block in generator.blocks:
            tokens = block(tokens)
        return tokens

    changed = tokens.clone()
    changed[:, 1] += 1.0
    before, after = through(tokens), through(changed)
    keep = [0, 2, 3]
    torch.testing.assert_close(before[:, keep], after[:, keep], atol=1e-5, rtol=1e-4)
    hypotheses = generator.hypothesise(features, 4, torch.Generator().manual_seed(0)).rotations
    assert (hypotheses[:, 0] - hypotheses[:, 1]).abs().max() > 1e-4


def test_the_same_seed_gives_the_same(generator: Generator) -> None:
    first, second = (_hypothesise(generator, *_photos(2), 3).rotations for _ in range(2))
    assert torch.equal(first, second)


@pytest.mark.parametrize("count", [1, 200])
def test_noise_admits_any_number_of_hypotheses(count: int) -> None:
    torch.manual_seed(0)
    batch = _hypothesise(Generator(SMALL).eval(), *_photos(1), count)
    assert batch.rotations.shape[1] == count
    assert torch.isfinite(batch.rotations).all()


def test_embeddings_refuse_more_than_they_are() -> None:
    generator = Generator(CONFIGS["paper-like"]).eval()
    with pytest.raises(InputError, match="6 hypotheses"):
        generator(*_photos(1), 7)


def test_paper_configuration_builds() -> None:
    with torch.device("meta"):
        generator = Generator(GeneratorConfig.paper())
    assert generator.num_tokens == 63 and generator.source.embeddings.shape == (16, 512)


def test_soft_argmax_finds_a_peak() -> None:
    heat_maps = torch.zeros(1, 8, 8)
    heat_maps[0, 2, 5] = 50.0
    torch.testing.assert_close(soft_argmax(heat_maps)[0], torch.tensor([5.5 / 8, 2.5 / 8]))


def test_kinematics_equal_the_hand_model() -> None:
    hand = HandModel.load()
    rng = torch.Generator().manual_seed(0)
    rotations = axis_angle_to_matrix(0.6 * torch.randn(2, 5, 16, 3, generator=rng))
    betas = torch.randn(2, 1, 10, generator=rng)
    joints = JointKinematics(hand)(rotations, betas)
    torch.testing.assert_close(joints, hand(rotations, betas).joints, atol=2e-6, rtol=0)


def test_translation_projects_where_the_wrist_is(generator: Generator) -> None:
    images, focal = _photos(2)
    batch = _hypothesise(generator, images, focal, 3)
    torch.testing.assert_close(project_crop(batch.translation(focal), focal), batch.wrist_2d, atol=1e-5, rtol=1e-4)
