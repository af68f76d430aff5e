"""What trust in landmarks is learned from: rendered and real crops, what a generator and its landmarks say of the
middle of the exposure, and the truth. Everything is in the frame of the second look, as predictions have it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from handviz.datasets.real_hands import CROP_FOCAL, RealHand, read_real_hands, smear
from handviz.datasets.smear_paths import box_of_path, smear_path
from handviz.errors import InputError
from handviz.geometry.cameras import CropCamera, crop_square, pinhole_intrinsics
from handviz.inference.crops import warp
from handviz.network.generator import Generator
from handviz.network.kinematics import JointKinematics, project_crop
from handviz.network.recover import crops_to_tensor, find_frame
from handviz.network.unfolder import NUM_TIMESTEPS, ImageFeatures
from handviz.training.config import TrainTrustConfig
from handviz.training.plain_crops import read_batch
from handviz.training.sources import FolderSource

_BATCH = 16
_MIDDLE = NUM_TIMESTEPS // 2
_FOCAL_NOISE = 0.15
"""Standard deviation of the log of the focal length told of real crops: their cameras are unknown."""
_SHARP, _LONGEST_BLUR = 0.15, 70.0 / 256.0
"""Share of real crops left sharp; longest smear of the others, in crop sides."""
_SEEN = ("joints_2d", "landmarks", "presence")


@dataclass
class TrustSamples:
    """N crops: features, and in the picture's camera the hypotheses' mean and the truth of the middle timestep."""

    seen: dict[str, Tensor]
    """The fields of ImageFeatures that trust is told from."""
    own_2d: Tensor
    """(N, 21, 2) mean of the hypotheses, picture coordinates 0..1."""
    own: Tensor
    """(N, 21, 3) metres from their centre."""
    truth_2d: Tensor
    """(N, 21, 2)"""
    truth: Tensor
    """(N, 21, 3) metres from their centre."""

    def __len__(self) -> int:
        return len(self.own)

    def features(self) -> ImageFeatures:
        """As the networks know them, without maps."""
        nothing = self.own.new_zeros(0)
        return ImageFeatures(maps=nothing, joint_features=nothing, pooled=nothing, coarse=nothing, **self.seen)

    def take(self, rows: Tensor | slice) -> "TrustSamples":
        """Some of them."""
        return TrustSamples(
            {name: value[rows] for name, value in self.seen.items()},
            *(getattr(self, field.name)[rows] for field in fields(self)[1:]),
        )

    @classmethod
    def join(cls, parts: list["TrustSamples"]) -> "TrustSamples":
        """Several as one."""
        seen = {name: torch.cat([part.seen[name] for part in parts]) for name in parts[0].seen}
        return cls(seen, *(torch.cat([getattr(part, field.name) for part in parts]) for field in fields(cls)[1:]))


@dataclass
class Crops:
    """B crops with what is true of them in the middle of the exposure."""

    images: Tensor
    """(B, 3, S, S) in 0..1."""
    focal: Tensor
    """(B,) told focal lengths, crop sides."""
    joints_2d: Tensor
    """(B, 21, 2) crop coordinates 0..1."""
    joints: Tensor
    """(B, 21, 3) metres, up to a shift, crop-camera coordinates."""


def rendered_crops(source: FolderSource, count: int, seed: int) -> Iterator[Crops]:
    """The last `count` crops of a source: those that long training saw least are the best to learn doubt from."""
    first = max(len(source) - count, 0)
    for start in range(first, len(source), _BATCH):
        batch = read_batch(source, np.arange(start, min(start + _BATCH, len(source))), seed + start)
        truth = batch.truth
        placed = truth.joints[:, _MIDDLE] + truth.translation[:, _MIDDLE, None]
        yield Crops(batch.images, truth.crop_focal, project_crop(placed, truth.crop_focal), placed)


def real_crops(folder: Path, count: int, size: int, seed: int) -> Iterator[Crops]:
    """`count` right hands of a folder of real crops, those held out left aside, each smeared by a length of its own and
    framed as the detector would."""
    hands = [hand for hand in read_real_hands(folder, held_out=False) if hand.hand == "right"]
    if not hands:
        raise InputError(f"{folder} holds no right hands; name another folder.")
    rng = np.random.default_rng(seed)
    chosen = np.resize(rng.permutation(len(hands)), count)
    for start in range(0, count, _BATCH):
        yield _stacked([_smeared(hands[index], size, rng) for index in chosen[start : start + _BATCH]])


def _smeared(hand: RealHand, size: int, rng: np.random.Generator) -> tuple[np.ndarray, float, np.ndarray, np.ndarray]:
    """Crop (size, size, 3), focal length, joints_2d (21, 2) and joints (21, 3) as in Crops."""
    image = hand.image()
    side = image.shape[0]
    blur = 0.0 if rng.random() < _SHARP else rng.uniform(0.0, _LONGEST_BLUR)
    path = smear_path(hand.joints_2d, blur, rng)
    if blur:
        image = smear(image, path, side)
    focal = CROP_FOCAL * np.exp(_FOCAL_NOISE * rng.standard_normal())
    box = box_of_path(hand.joints_2d, path, side)
    camera = CropCamera.from_box(crop_square(box), pinhole_intrinsics(focal * side, side, side))
    homogeneous = np.concatenate([hand.joints_2d * side, np.ones((len(hand.joints_2d), 1))], -1)
    mapped = homogeneous @ camera.homography(1).T
    to_photo = camera.rotations_to_camera(np.eye(3)[None])[0]
    return (
        warp(image, camera.homography(size), size),
        camera.crop_focal,
        mapped[:, :2] / mapped[:, 2:],
        hand.joints_world @ to_photo,
    )


def _stacked(samples: list[tuple[np.ndarray, float, np.ndarray, np.ndarray]]) -> Crops:
    images, *numbers = zip(*samples, strict=True)
    focal, joints_2d, joints = (torch.from_numpy(np.array(values, np.float32)) for values in numbers)
    return Crops(crops_to_tensor(images), focal, joints_2d, joints)


@torch.inference_mode()
def look(
    generator: Generator,
    kinematics: JointKinematics,
    crops: Iterator[Crops],
    config: TrainTrustConfig,
    device: torch.device,
    progress: Callable[[int], None],
) -> TrustSamples:
    """What the generator, its landmarks and the truth say of crops. progress(crops so far)."""
    parts: list[TrustSamples] = []
    rng = torch.Generator().manual_seed(config.seed)
    done = 0
    for some in crops:
        images, told = some.images.to(device), some.focal.to(device)
        frame = find_frame(generator, images, told)
        focal = told * frame.zoom
        pictures = frame.look(images, told, generator.config.image_size)
        features, found = generator(pictures, focal, config.hypotheses, rng)
        joints = kinematics(found.rotations[:, :, _MIDDLE], found.betas)
        joints_2d = project_crop(joints + found.translation(focal)[:, :, _MIDDLE, None], focal)
        true_2d = some.joints_2d.to(device)
        rays = torch.cat([(true_2d - 0.5) / told[:, None, None], torch.ones_like(true_2d[..., :1])], -1)
        parts.append(
            TrustSamples(
                {name: getattr(features, name).float().cpu() for name in _SEEN},
                joints_2d.mean(1).cpu(),
                _centred(joints.mean(1)).cpu(),
                project_crop(rays @ frame.turn.mT, focal).cpu(),
                _centred(some.joints.to(device) @ frame.turn.mT).cpu(),
            )
        )
        done += len(images)
        progress(done)
    return TrustSamples.join(parts)


def _centred(joints: Tensor) -> Tensor:
    return joints - joints.mean(1, keepdim=True)
