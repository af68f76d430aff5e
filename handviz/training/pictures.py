"""Pictures for the training log."""

import numpy as np
import torch
from PIL import Image, ImageDraw
from torch import Tensor

from handviz.geometry.skeleton import BONES

_CELL = 256
_TIMESTEP_COLOURS = ((0, 114, 178), (230, 159, 0), (0, 158, 115))


def draw_hypotheses(images: Tensor, joints_2d: Tensor, truth_2d: Tensor) -> Tensor:
    """A sheet (3, 2 * 256, B * 256): above, photos (B, 3, S, S) with the true joints (B, T, 21, 2); below, the first
    hypotheses of joints_2d (B, K, T, 21, 2), coloured by timestep."""
    sheet = Image.new("RGB", (_CELL * len(images), 2 * _CELL))
    for column, image in enumerate(images):
        pixels = (image.permute(1, 2, 0).clamp(0, 1).numpy() * 255).astype(np.uint8)
        photo = Image.fromarray(pixels).resize((_CELL, _CELL))
        for row, sequences in enumerate((truth_2d[column : column + 1][None, 0], joints_2d[column])):
            cell = photo.copy()
            pen = ImageDraw.Draw(cell)
            for sequence in sequences.numpy() * _CELL:
                for joints, colour in zip(sequence, _TIMESTEP_COLOURS, strict=True):
                    for parent, joint in BONES:
                        pen.line([tuple(joints[parent]), tuple(joints[joint])], fill=colour, width=1)
            sheet.paste(cell, (column * _CELL, row * _CELL))
    return torch.from_numpy(np.array(sheet)).permute(2, 0, 1).float() / 255.0
