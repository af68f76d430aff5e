"""What a frozen trunk sees in photos, kept, so that many small networks learn from it at little cost."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields

import numpy as np
import torch
from torch import Tensor

from handviz.network.generator import Generator
from handviz.network.recover import find_frame
from handviz.network.reframing import Frame
from handviz.network.unfolder import ImageFeatures
from handviz.training.batches import BatchStream
from handviz.training.generator_losses import Truth

_KEPT = ("joints_2d", "joint_features", "pooled", "landmarks")
"""What hypotheses are made from; the maps are the selector's and take ten times the room."""


@dataclass
class KeptFeatures:
    """Features of N crops, the focal lengths told and, for training, the truth."""

    features: dict[str, Tensor]
    truth: Truth | None = None

    def __len__(self) -> int:
        return len(self.features["pooled"])

    def take(self, rows: Tensor | slice) -> ImageFeatures:
        """Features of some crops, as the networks want them."""
        some = {name: values[rows].float() for name, values in self.features.items()}
        nothing = some["pooled"].new_zeros(0)
        return ImageFeatures(maps=nothing, coarse=nothing, **some)

    def truth_of(self, rows: Tensor) -> Truth:
        """The truth of some crops."""
        assert self.truth is not None
        return Truth(**{field.name: getattr(self.truth, field.name)[rows] for field in fields(Truth)})


@torch.inference_mode()
def keep_for_training(
    generator: Generator,
    stream: BatchStream,
    count: int,
    device: torch.device,
    half: bool,
    progress: Callable[[int, int], None],
) -> KeptFeatures:
    """Features and truth of `count` crops of a stream, as training sees them; half computes them in bfloat16."""
    seen: list[dict[str, Tensor]] = []
    truths: list[Truth] = []
    batches = stream.iterate(0)
    done = 0
    while done < count:
        batch = next(batches).to(device)
        with torch.autocast(device.type, torch.bfloat16, enabled=half):
            seen.append(_kept(generator.encode(batch.images, batch.told_focal)))
        truths.append(batch.truth)
        done += len(batch.images)
        progress(min(done, count), count)
    batches.close()
    truth = Truth(**{f.name: torch.cat([getattr(t, f.name) for t in truths])[:count] for f in fields(Truth)})
    return KeptFeatures({name: torch.cat([part[name] for part in seen])[:count] for name in seen[0]}, truth)


@dataclass
class SeenCrops:
    """Features of crops as predictions see them: framed by a second look."""

    kept: KeptFeatures
    frames: list[Frame]
    """One for each batch of `rows`."""
    rows: list[slice]

    def __iter__(self) -> Iterator[tuple[slice, Frame]]:
        return iter(zip(self.rows, self.frames, strict=True))


@torch.inference_mode()
def keep_for_test(
    generator: Generator,
    crops: Callable[[np.ndarray], Tensor],
    crop_focal: np.ndarray,
    batch_size: int,
    device: torch.device,
    progress: Callable[[int, int], None],
) -> SeenCrops:
    """Features of crops with focal lengths (N,); crops(rows) gives some of them as (B, 3, S, S) in 0..1."""
    seen, frames, slices = [], [], []
    count = len(crop_focal)
    for start in range(0, count, batch_size):
        rows = slice(start, min(start + batch_size, count))
        images = crops(np.arange(rows.start, rows.stop)).to(device)
        focal = torch.from_numpy(crop_focal[rows].astype(np.float32)).to(device)
        frame = find_frame(generator, images, focal)
        pictures = frame.look(images, focal, generator.config.image_size)
        seen.append(_kept(generator.encode(pictures, focal * frame.zoom)))
        frames.append(frame)
        slices.append(rows)
        progress(rows.stop, count)
    return SeenCrops(KeptFeatures({name: torch.cat([part[name] for part in seen]) for name in seen[0]}), frames, slices)


def _kept(features: ImageFeatures) -> dict[str, Tensor]:
    known = {name: value for name in _KEPT if (value := getattr(features, name)) is not None}
    # Half floats spare room; places in the picture need the digits.
    return {name: value.clone() if name == "joints_2d" else value.half() for name, value in known.items()}
