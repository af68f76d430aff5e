"""Crops as they are, without augmentation, and their truth in the frame of a second look: as predictions meet them."""

from dataclasses import fields, replace

import numpy as np
import torch

from handviz.network.recover import crops_to_tensor
from handviz.network.reframing import Frame
from handviz.training.batches import Batch, CropSource
from handviz.training.generator_losses import Truth


def read_batch(source: CropSource, rows: np.ndarray, seed: int) -> Batch:
    """Some crops of a source with their truth; the true focal lengths are told."""
    rng = np.random.default_rng(seed)
    samples = [source.read(int(row), rng) for row in rows]
    arrays = {
        f.name: torch.from_numpy(np.stack([np.asarray(truth[f.name], np.float32) for _, truth in samples]))
        for f in fields(Truth)
    }
    return Batch(crops_to_tensor([image for image, _ in samples]), arrays["crop_focal"], Truth(**arrays))


def seen_in(frame: Frame, truth: Truth) -> Truth:
    """The truth in the cameras of a second look."""
    turned = frame.turn[:, None] @ truth.rotations[:, :, 0]
    return replace(
        truth,
        rotations=torch.cat([turned[:, :, None], truth.rotations[:, :, 1:]], 2),
        translation=truth.translation @ frame.turn.mT,
        joints=truth.joints @ frame.turn.mT[:, None],
        crop_focal=truth.crop_focal * frame.zoom,
    )
