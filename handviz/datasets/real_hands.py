"""Sharp real hand crops with a teacher's joints.

Folder: crops/*.jpg and labels.npz with name (n,), joints_2d (n, 21, 2) px of the crop, joints_world (n, 21, 3) metres.
The last crops by name are held out: training never sees them, evaluation sees no others.
"""

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch.nn import functional

from handviz.errors import InputError
from handviz.geometry.skeleton import JOINT_NAMES

CROP_FOCAL = 2.7
"""Focal length told for real crops, in crop sides: their cameras are unknown; the middle of what training assumes."""
_HELD_OUT = 0.15
"""Share of the crops, last by name, that training never sees."""
_LARGEST_SIDE = 4096


@dataclass(frozen=True)
class RealHand:
    """One crop, still compressed, and what the teacher saw in it."""

    jpeg: bytes
    joints_2d: np.ndarray
    """(21, 2) float32, 0..1 of the crop."""
    joints_world: np.ndarray
    """(21, 3) float32 metres, wrist-free."""
    hand: str
    """ "left" or "right", as the joints say."""

    def image(self) -> np.ndarray:
        """The crop (S, S, 3) uint8. Raises InputError when it is damaged."""
        try:
            with Image.open(io.BytesIO(self.jpeg), formats=["JPEG"]) as picture:
                if max(picture.size) > _LARGEST_SIDE:
                    raise ValueError(f"a picture of {picture.size[0]} x {picture.size[1]} pixels")
                return np.asarray(picture.convert("RGB"))
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
            raise InputError(f"A real hand crop is damaged ({error}); copy the folder again.") from error


def read_real_hands(folder: Path, held_out: bool) -> list[RealHand]:
    """The crops of a folder that are held out, or all others. Raises InputError when the folder holds none."""
    try:
        with np.load(folder / "labels.npz", allow_pickle=False) as labels:
            names = labels["name"]
            joints_2d, joints_world = labels["joints_2d"], labels["joints_world"]
        count = len(names)
        if joints_2d.shape != (count, len(JOINT_NAMES), 2) or joints_world.shape != (count, len(JOINT_NAMES), 3):
            raise ValueError("its joints are not 21 a crop")
        first_held_out = round(count * (1.0 - _HELD_OUT))
        right = is_right(joints_world)
        hands = []
        for index in range(first_held_out, count) if held_out else range(first_held_out):
            jpeg = (folder / "crops" / Path(str(names[index])).name).read_bytes()
            with Image.open(io.BytesIO(jpeg), formats=["JPEG"]) as picture:
                side = picture.size[0]
            hands.append(
                RealHand(
                    jpeg, (joints_2d[index] / side).astype(np.float32), joints_world[index].astype(np.float32),
                    "right" if right[index] else "left",
                )
            )  # fmt: skip
    except (OSError, KeyError, ValueError) as error:
        raise InputError(
            f"{folder} is not a folder of real hand crops (labels.npz, crops/): {error}; name another one."
        ) from error
    if not hands:
        raise InputError(f"{folder} holds no hands; name another folder.")
    return hands


def is_right(joints_world: np.ndarray) -> np.ndarray:
    """Mask (n,) of right hands among joints (n, 21, 3): fingers flex towards the palm, and on which side of wrist,
    index and pinky knuckle they lie tells the hand."""
    index, pinky = joints_world[:, 5] - joints_world[:, 0], joints_world[:, 17] - joints_world[:, 0]
    knuckles, tips = joints_world[:, [5, 9, 13, 17]].mean(1), joints_world[:, [8, 12, 16, 20]].mean(1)
    return (np.cross(index, pinky) * (tips - knuckles)).sum(-1) > 0


def smear(image: np.ndarray, path: np.ndarray, size: int) -> np.ndarray:
    """Average in linear light of the image (S, S, 3) uint8 along a path (M, 4) of shift, turn and log zoom."""
    light = torch.from_numpy(image.astype(np.float32) / 255.0).permute(2, 0, 1)[None] ** 2.2
    shift, turn, zoom = path[:, :2], path[:, 2], np.exp(path[:, 3])
    cos, sin = np.cos(turn) / zoom, np.sin(turn) / zoom
    inverse = np.stack([np.stack([cos, sin], -1), np.stack([-sin, cos], -1)], -2)
    offset = -(inverse @ (2.0 * shift)[..., None])
    side = (2.0 * np.arange(size) + 1.0) / size - 1.0
    # Rows and columns apart: far cheaper than the product at every pixel.
    across = side[None, :, None] * inverse[:, None, :, 0]
    down = side[None, :, None] * inverse[:, None, :, 1] + offset[:, None, :, 0]
    grid = torch.from_numpy((across[:, None] + down[:, :, None]).astype(np.float32))
    moments = functional.grid_sample(
        light.expand(len(path), -1, -1, -1), grid, padding_mode="reflection", align_corners=False
    )
    blurred = moments.mean(0).clamp(0, 1) ** (1 / 2.2)
    return (blurred.permute(1, 2, 0).numpy() * 255.0 + 0.5).astype(np.uint8)
