"""Augmentation keeps picture and truth together; batches are a function of seed and step alone."""

import numpy as np
import torch

from handviz.geometry.rotations import axis_angle_to_matrix
from handviz.training.batches import BatchStream, augment_batch
from handviz.training.config import AugmentConfig
from handviz.training.generator_losses import Truth

STILL_COLOURS = AugmentConfig(colour=0.0, noise=0.0, focal_noise=0.0)


def _spots(size: int = 96) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """A picture with a bright spot at the projection of joint 0 at every timestep."""
    rng = np.random.default_rng(3)
    joints = np.broadcast_to(rng.uniform(-0.04, 0.04, (21, 3)), (3, 21, 3)).astype(np.float32)
    joints = joints - joints[:, :1]
    translation = np.broadcast_to(np.array([0.06, -0.03, 0.5], np.float32), (3, 3))
    focal = np.float32(2.0)
    spot = (0.5 + focal * translation[0, :2] / translation[0, 2]) * size
    ys, xs = np.mgrid[:size, :size] + 0.5
    picture = 255 * np.exp(-((xs - spot[0]) ** 2 + (ys - spot[1]) ** 2) / 8.0)
    image = np.repeat(picture[..., None], 3, -1).astype(np.uint8)
    rotations = axis_angle_to_matrix(rng.standard_normal((3, 16, 3))).astype(np.float32)
    truth = {
        "rotations": rotations, "betas": np.zeros(10, np.float32), "translation": translation, "joints": joints,
        "crop_focal": focal, "has_parameters": np.float32(1.0),
    }  # fmt: skip
    return image, truth


class SpotSource:
    """The same picture at every index, brightened by the index."""

    def __len__(self) -> int:
        return 5

    def read(self, index: int, rng: np.random.Generator) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        image, truth = _spots()
        return (image * (0.6 + 0.1 * index)).astype(np.uint8), truth


def _stream(seed: int = 0, augment: AugmentConfig = STILL_COLOURS) -> BatchStream:
    return BatchStream([SpotSource()], [1.0], 8, 96, augment, seed)


def test_the_truth_follows_the_picture() -> None:
    batch = _stream().batch(0)
    weights = (batch.images.mean(1) - 0.02).clamp_min(0.0)
    weights = weights / weights.sum((-2, -1), keepdim=True)
    cells = (torch.arange(96) + 0.5) / 96
    centre = torch.stack([(weights.sum(-2) * cells).sum(-1), (weights.sum(-1) * cells).sum(-1)], -1)
    torch.testing.assert_close(batch.truth.joints_2d[:, 1, 0], centre, atol=0.01, rtol=0)


def test_turning_keeps_distances_and_turns_the_wrist() -> None:
    _, truth = _spots()
    batch = _stream().batch(1)
    lengths = batch.truth.joints.norm(dim=-1)
    expected = torch.from_numpy(truth["joints"]).norm(dim=-1).expand(8, -1, -1)
    torch.testing.assert_close(lengths, expected)
    determinant = torch.linalg.det(batch.truth.rotations)
    torch.testing.assert_close(determinant, torch.ones_like(determinant))


def test_half_the_samples_run_backwards() -> None:
    _, single = _spots()
    fields = {name: torch.from_numpy(np.stack([np.asarray(value)] * 200)) for name, value in single.items()}
    fields["betas"] = torch.zeros(200, 10)
    moving = fields["translation"].clone()
    moving[:, :, 2] += torch.tensor([0.0, 0.1, 0.2])
    truth = Truth(**{**fields, "translation": moving})
    images = torch.zeros(200, 3, 8, 8)
    out = augment_batch(images, truth, 8, STILL_COLOURS, np.random.default_rng(0)).truth.translation.norm(dim=-1)
    backwards = (out[:, 0] > out[:, 2]).float().mean()
    assert 0.35 < backwards < 0.65
    # A turned camera sees the wrist at the same distance.
    torch.testing.assert_close(out[:, 1], moving[:, 1].norm(dim=-1))


def test_batches_follow_from_seed_and_step() -> None:
    augment = AugmentConfig()
    first, again, other = _stream(0, augment).batch(4), _stream(0, augment).batch(4), _stream(0, augment).batch(5)
    assert torch.equal(first.images, again.images) and torch.equal(first.truth.joints, again.truth.joints)
    assert not torch.equal(first.images, other.images)


def test_prefetching_gives_the_same_batches() -> None:
    stream = _stream(2)
    ahead = stream.iterate(3)
    for step in (3, 4, 5):
        assert torch.equal(next(ahead).images, stream.batch(step).images)
    ahead.close()


def test_an_error_while_reading_reaches_the_trainer() -> None:
    class Broken(SpotSource):
        def read(self, index: int, rng: np.random.Generator) -> tuple[np.ndarray, dict[str, np.ndarray]]:
            raise ValueError("truncated")

    stream = BatchStream([Broken()], [1.0], 2, 96, STILL_COLOURS, 0)
    ahead = stream.iterate(0)
    try:
        next(ahead)
    except ValueError as error:
        assert "truncated" in str(error)
    else:
        raise AssertionError("the error was swallowed")
