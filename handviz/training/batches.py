"""Batches of crops with truth. Batch i of a seed is always the same, so that a resumed run sees what it would have."""

import queue
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from handviz.network.reframing import Frame, aim_camera, frame_on, no_frame, roll_camera
from handviz.training.config import AugmentConfig
from handviz.training.generator_losses import Truth

_PREFETCH = 4
_DECODERS = 2


@dataclass
class Batch:
    """Crops (B, 3, S, S) in 0..1 with their truth; told_focal (B,) is the focal length that networks are told."""

    images: Tensor
    told_focal: Tensor
    truth: Truth

    def to(self, device: torch.device) -> "Batch":
        """The batch on another device."""
        truth = Truth(**{f.name: getattr(self.truth, f.name).to(device, non_blocking=True) for f in fields(Truth)})
        return Batch(self.images.to(device, non_blocking=True), self.told_focal.to(device, non_blocking=True), truth)


class CropSource(Protocol):
    """Where crops come from: rendered shards, or real crops smeared on the fly."""

    def __len__(self) -> int: ...

    def read(self, index: int, rng: np.random.Generator) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Image (S, S, 3) uint8 and truth: rotations (T, 16, 3, 3), betas, translation, joints, crop_focal,
        has_parameters."""
        ...


class BatchStream:
    """An endless stream of batches drawn from sources in given shares, decoded ahead of use in threads."""

    def __init__(
        self,
        sources: list[CropSource],
        shares: list[float],
        batch_size: int,
        image_size: int,
        augment: AugmentConfig,
        seed: int,
    ) -> None:
        self.sources, self.batch_size, self.image_size = sources, batch_size, image_size
        self.augment, self.seed = augment, seed
        self.cumulative = np.cumsum(np.asarray(shares, np.float64) / sum(shares))

    def batch(self, step: int, pool: ThreadPoolExecutor | None = None) -> Batch:
        """Batch number `step`, a function of the seed and the step alone."""
        rng = np.random.default_rng([self.seed, step])
        chosen = np.searchsorted(self.cumulative, rng.random(self.batch_size), side="right")
        chosen = np.minimum(chosen, len(self.sources) - 1)
        seeds = rng.integers(0, 2**63, self.batch_size)

        def read(position: int) -> tuple[np.ndarray, dict[str, np.ndarray]]:
            own = np.random.default_rng(seeds[position])
            source = self.sources[chosen[position]]
            return source.read(int(own.integers(len(source))), own)

        positions = range(self.batch_size)
        samples = list(pool.map(read, positions) if pool is not None else map(read, positions))
        size = samples[0][0].shape[0]
        images = np.stack([_resized(image, size) for image, _ in samples])
        truth = Truth(
            **{
                f.name: torch.from_numpy(np.stack([np.asarray(t[f.name], np.float32) for _, t in samples]))
                for f in fields(Truth)
            }
        )
        tensor = torch.from_numpy(images).permute(0, 3, 1, 2).float().div_(255.0)
        return augment_batch(tensor, truth, self.image_size, self.augment, rng)

    def iterate(self, first_step: int, step_stride: int = 1) -> Iterator[Batch]:
        """Batches first_step, first_step + stride, ... prepared ahead by a background thread."""
        ready: queue.Queue[Batch | BaseException] = queue.Queue(_PREFETCH)
        stop = threading.Event()

        def produce() -> None:
            step = first_step
            with ThreadPoolExecutor(_DECODERS) as pool:
                while not stop.is_set():
                    try:
                        item: Batch | BaseException = self.batch(step, pool)
                    except BaseException as error:
                        item = error
                    while not stop.is_set():
                        try:
                            ready.put(item, timeout=0.2)
                            break
                        except queue.Full:
                            continue
                    if isinstance(item, BaseException):
                        return
                    step += step_stride

        thread = threading.Thread(target=produce, daemon=True)
        thread.start()
        try:
            while True:
                item = ready.get()
                if isinstance(item, BaseException):
                    raise item
                yield item
        finally:
            stop.set()
            thread.join()


def _resized(image: np.ndarray, size: int) -> np.ndarray:
    if image.shape[0] == size:
        return image
    from PIL import Image

    return np.asarray(Image.fromarray(image).resize((size, size), Image.Resampling.BOX))


def augment_batch(images: Tensor, truth: Truth, size: int, config: AugmentConfig, rng: np.random.Generator) -> Batch:
    """Another frame, time reversed in half the samples, colours, noise.

    Most samples are framed as a second look frames them, with the errors a first look may make; the others are turned
    by any angle in their own frame, as a first look meets them. A frame is a turned camera with another focal length:
    the truth follows exactly. Reversing time leaves a photo as it is.
    """
    count = len(images)

    def tensor(values: np.ndarray) -> Tensor:
        return torch.from_numpy(np.asarray(values, np.float32))

    framed = tensor(rng.random(count) >= config.unframed) > 0
    roll = np.radians(config.upright_degrees) * rng.standard_normal(count)
    shift = tensor(config.shift * rng.standard_normal((count, 2)))
    zoom = tensor(np.exp(rng.uniform(-config.zoom, config.zoom, count)))
    second = frame_on(truth.joints_2d.clamp(-0.5, 1.5), truth.crop_focal, tensor(roll))
    whole = no_frame(truth.crop_focal)
    turn = torch.where(framed[:, None, None], second.turn, whole.turn)
    focal_zoom = torch.where(framed, second.zoom, whole.zoom) * zoom
    any_turn = np.where(framed.numpy(), 0.0, rng.uniform(-np.pi, np.pi, count))
    turn = roll_camera(tensor(any_turn)) @ aim_camera(shift / (truth.crop_focal * focal_zoom)[:, None]) @ turn
    frame = Frame(turn, focal_zoom)
    images = frame.look(images, truth.crop_focal, size)
    reverse = torch.from_numpy(rng.random(count) < 0.5)

    def in_time(values: Tensor) -> Tensor:
        shape = (-1, *([1] * (values.dim() - 1)))
        return torch.where(reverse.view(shape), values.flip(1), values)

    rotations = truth.rotations.clone()
    rotations[:, :, 0] = turn[:, None] @ rotations[:, :, 0]
    turned = Truth(
        rotations=in_time(rotations),
        betas=truth.betas,
        translation=in_time(truth.translation @ turn.mT),
        joints=in_time(truth.joints @ turn.mT[:, None]),
        crop_focal=truth.crop_focal * focal_zoom,
        has_parameters=truth.has_parameters,
    )
    told = turned.crop_focal * tensor(np.exp(config.focal_noise * rng.standard_normal(count)))
    return Batch(_colours(images, config, rng), told, turned)


def _colours(images: Tensor, config: AugmentConfig, rng: np.random.Generator) -> Tensor:
    count = len(images)

    def draw(*shape: int) -> Tensor:
        return torch.from_numpy(rng.uniform(-1.0, 1.0, (count, *shape)).astype(np.float32))

    gain = torch.exp(config.colour * (draw(1, 1, 1) + 0.4 * draw(3, 1, 1)))
    contrast = torch.exp(config.colour * draw(1, 1, 1))
    saturation = torch.exp(2.0 * config.colour * draw(1, 1, 1))
    gamma = torch.exp(config.colour * draw(1, 1, 1))
    images = images.clamp(1e-3, 1.0).pow_(gamma).mul_(gain)
    images = torch.lerp(images.mean(1, keepdim=True), images, saturation)
    images = torch.lerp(images.mean((1, 2, 3), keepdim=True), images, contrast)
    strength = config.noise * torch.from_numpy(rng.random((count, 1, 1, 1)).astype(np.float32))
    # Torch's generator is far faster than numpy's for whole images; seeded from rng, it repeats as well.
    noise_rng = torch.Generator().manual_seed(int(rng.integers(2**62)))
    images.addcmul_(strength, torch.randn(images.shape, generator=noise_rng))
    return images.clamp_(0.0, 1.0)
