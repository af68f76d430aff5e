"""The selector scores each hypothesis by its own photo, in any order and number."""

import dataclasses

import pytest
import torch

from handviz.hand.model import HandModel
from handviz.network.config import GeneratorConfig, SelectorConfig
from handviz.network.generator import Generator, HypothesisBatch
from handviz.network.kinematics import JointKinematics, project_crop
from handviz.network.recover import recover
from handviz.network.selector import Selector, reading

B, K = 3, 5


@pytest.fixture(scope="module")
def scene() -> dict:
    torch.manual_seed(0)
    generator = Generator(GeneratorConfig(image_size=64, width=32, blocks=1)).eval().requires_grad_(False)
    selector = Selector(reading(SelectorConfig(width=32, blocks=2), generator)).eval().requires_grad_(False)
    images, focal = torch.rand(B, 3, 64, 64), 1.5 + torch.rand(B)
    features, batch = generator(images, focal, K, torch.Generator().manual_seed(0))
    hand = HandModel.load()
    joints = JointKinematics(hand)(batch.rotations, batch.betas[:, :, None])
    joints_2d = project_crop(joints + batch.translation(focal)[..., None, :], focal)
    return {
        "generator": generator, "selector": selector, "images": images, "focal": focal, "hand": hand,
        "features": features, "batch": batch, "joints": joints, "joints_2d": joints_2d,
    }  # fmt: skip


def _indexed(batch: HypothesisBatch, photos: list[int], hypotheses: list[int]) -> HypothesisBatch:
    return HypothesisBatch(
        **{
            f.name: values[photos][:, hypotheses]
            for f in dataclasses.fields(HypothesisBatch)
            if (values := getattr(batch, f.name)) is not None
        }
    )


def _logits(scene: dict, photos: list[int], hypotheses: list[int]) -> torch.Tensor:
    features = scene["generator"].encode(scene["images"][photos], scene["focal"][photos])
    batch = _indexed(scene["batch"], photos, hypotheses)
    joints, joints_2d = scene["joints"][photos][:, hypotheses], scene["joints_2d"][photos][:, hypotheses]
    return torch.stack(scene["selector"](features, batch, joints, joints_2d))


def test_the_order_of_hypotheses_and_photos_does_not_matter(scene: dict) -> None:
    straight = _logits(scene, [0, 1, 2], list(range(K)))
    photos, hypotheses = [2, 0, 1], [3, 1, 4, 0, 2]
    shuffled = _logits(scene, photos, hypotheses)
    torch.testing.assert_close(shuffled, straight[:, photos][:, :, hypotheses], atol=1e-5, rtol=1e-4)
    assert straight.std(-1).min() > 1e-5


def test_a_hypothesis_is_scored_alone(scene: dict) -> None:
    whole = _logits(scene, [0, 1, 2], list(range(K)))
    single = _logits(scene, [1], [3])
    torch.testing.assert_close(single[:, 0, 0], whole[:, 1, 3], atol=1e-5, rtol=1e-4)


def test_the_photo_matters(scene: dict) -> None:
    own = _logits(scene, [0, 1, 2], list(range(K)))
    features = scene["generator"].encode(scene["images"].flip(0), scene["focal"])
    other = torch.stack(scene["selector"](features, scene["batch"], scene["joints"], scene["joints_2d"]))
    assert (own - other)[:, 0].abs().max() > 1e-4


def test_a_backbone_of_its_own() -> None:
    torch.manual_seed(0)
    selector = Selector(SelectorConfig(width=32, blocks=1, backbone="mobilenet_v2")).eval()
    generator = Generator(GeneratorConfig(image_size=64, width=48, blocks=1)).eval()
    result = recover(generator, selector, HandModel.load(), torch.rand(2, 3, 64, 64), torch.full((2,), 2.0), 3)
    assert result.mu.shape == (2, 3)


@pytest.mark.parametrize("count", [1, 200])
def test_recover_places_hands_where_they_project(scene: dict, count: int) -> None:
    result = recover(
        scene["generator"], scene["selector"], scene["hand"], scene["images"], scene["focal"], count, seed=3
    )
    assert result.vertices.shape == (B, count, 3, scene["hand"].num_vertices, 3)
    assert result.mu.shape == result.nu.shape == (B, count)
    torch.testing.assert_close(result.joints[..., 0, :], result.translation, atol=1e-6, rtol=1e-5)
    torch.testing.assert_close(project_crop(result.joints, scene["focal"]), result.joints_2d)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_cuda_agrees_with_the_cpu(scene: dict) -> None:
    parts = [scene[name] for name in ("generator", "selector", "hand", "images", "focal")]
    on_cpu = recover(*parts, 8, seed=1)
    on_cuda = recover(*(part.to("cuda") for part in parts), 8, seed=1)
    torch.testing.assert_close(on_cuda.joints.cpu(), on_cpu.joints, atol=1e-3, rtol=0)
    torch.testing.assert_close((on_cuda.mu - on_cuda.nu).cpu(), on_cpu.mu - on_cpu.nu, atol=2e-2, rtol=0)
    for part in parts[:3]:
        part.to("cpu")
