"""A twin backbone: what it adds begins without a say, and its trunk stays as published where it is frozen."""

from dataclasses import replace

import pytest
import torch

from handviz.errors import InputError, ModelFileError
from handviz.network.config import GeneratorConfig, SelectorConfig
from handviz.network.generator import Generator
from handviz.network.growing import grow_generator, grow_selector
from handviz.network.hand_landmark import HandLandmarkTrunk
from handviz.network.recover import right_hand_logit
from handviz.network.selector import Selector
from handviz.network.twin import SMALL_SIZE
from handviz.resources import models_dir
from handviz.training.backbone_weights import load_backbone_weights

PUBLISHED = models_dir() / "detector" / "hand_landmark_full.onnx"
SMALL = GeneratorConfig(width=32, blocks=1, image_size=SMALL_SIZE)


@pytest.fixture
def small() -> Generator:
    torch.manual_seed(0)
    return Generator(SMALL).eval()


def test_a_grown_generator_answers_as_the_one_it_grew_from(small: Generator) -> None:
    grown = grow_generator(small).eval()
    load_backbone_weights(grown.backbone, PUBLISHED)
    pictures = torch.rand(2, 3, SMALL_SIZE, SMALL_SIZE)
    focal = torch.tensor([2.0, 3.0])
    with torch.no_grad():
        answers = [network(pictures, focal, 3, torch.Generator().manual_seed(1)) for network in (small, grown)]
    for before, after in (
        (answers[0][0].joints_2d, answers[1][0].joints_2d),
        (answers[0][1].rotations, answers[1][1].rotations),
    ):
        torch.testing.assert_close(after, before, atol=1e-5, rtol=1e-4)
    assert answers[1][0].landmarks.shape == (2, 21, 6)


def test_what_a_twin_adds_learns(small: Generator) -> None:
    grown = grow_generator(small).train()
    grown.backbone.hands.requires_grad_(False)
    features, batch = grown(torch.rand(2, 3, 64, 64), torch.full((2,), 2.0), 2)
    (features.joints_2d.sum() + batch.rotations.square().sum() + batch.wrist_2d.sum()).backward()
    own = small.backbone.channels[2]
    gradient = grown.unfolder.coarse.weight.grad
    assert gradient[:, own:].abs().sum() > 0
    assert all(parameter.grad is None for parameter in grown.backbone.hands.parameters())


def test_the_trunk_in_a_twin_says_what_it_says_alone(small: Generator) -> None:
    trunk = HandLandmarkTrunk()
    load_backbone_weights(trunk, PUBLISHED)
    twin = grow_generator(small).backbone
    load_backbone_weights(twin, PUBLISHED)
    pictures = torch.rand(1, 3, 224, 224)
    with torch.no_grad():
        torch.testing.assert_close(twin.landmarks(twin(pictures)), trunk.landmarks(trunk(pictures)))


def test_a_grown_selector_scores_as_the_one_it_grew_from(small: Generator) -> None:
    grown = grow_generator(small).eval()
    load_backbone_weights(grown.backbone, PUBLISHED)
    torch.manual_seed(3)
    selector = Selector(SelectorConfig(width=32, blocks=1, generator_width=SMALL.width)).eval()
    told = grow_selector(selector, grown).eval()
    pictures, focal = torch.rand(2, 3, SMALL_SIZE, SMALL_SIZE), torch.full((2,), 2.0)
    joints, joints_2d = torch.randn(2, 4, 3, 21, 3), torch.rand(2, 4, 3, 21, 2)
    scores = []
    with torch.no_grad():
        for network, judge in ((small, selector), (grown, told)):
            features, batch = network(pictures, focal, 4, torch.Generator().manual_seed(1))
            scores.append(torch.stack(judge(features, batch, joints, joints_2d)))
    torch.testing.assert_close(scores[1], scores[0], atol=1e-4, rtol=1e-4)


def test_other_networks_do_not_grow(small: Generator) -> None:
    with pytest.raises(InputError, match="grows from"):
        grow_generator(Generator(replace(SMALL, backbone="resnet18")))
    with pytest.raises(InputError, match="other features"):
        grow_selector(Selector(SelectorConfig(generator_width=64)), grow_generator(small))
    with pytest.raises(ModelFileError):
        load_backbone_weights(grow_generator(small).backbone, models_dir() / "detector" / "palm_detection_full.onnx")


def test_a_picture_and_its_mirror_image_get_opposite_sides(small: Generator) -> None:
    grown = grow_generator(small).eval()
    load_backbone_weights(grown.backbone, PUBLISHED)
    pictures, focal = torch.rand(2, 3, 96, 96), torch.tensor([2.0, 3.0])
    said = right_hand_logit(grown, pictures, focal)
    torch.testing.assert_close(right_hand_logit(grown, pictures.flip(-1), focal), -said, atol=1e-4, rtol=1e-3)
    assert said.abs().min() > 0
    assert grown.backbone.knows_sides and not small.backbone.knows_sides
