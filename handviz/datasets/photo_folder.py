"""A folder of photos, their truth beside them as NAME.json, as `handviz synthesize --demo` writes it."""

from pathlib import Path

import numpy as np
from PIL import Image

from handviz.datasets.crops import PhotographedHand
from handviz.datasets.sample import stacked
from handviz.errors import InputError
from handviz.geometry.skeleton import TIMESTEPS
from handviz.hypotheses.truth import truth_beside

SUFFIXES = (".jpg", ".jpeg", ".png")
_LARGEST_PIXELS = 1 << 28


class PhotographedHands:
    """Crops of hands in photos. Only joints are known of them, not rotations and betas."""

    has_parameters = False
    _hands: list[tuple[Path, PhotographedHand]]

    def __len__(self) -> int:
        return len(self._hands)

    def arrays(self) -> dict[str, np.ndarray]:
        """The truth of all samples, stacked: names, shapes and types of TRUTH_SHAPES."""
        return stacked([hand.truth() for _, hand in self._hands])

    def image(self, index: int) -> np.ndarray:
        """Crop of sample `index` (256, 256, 3) uint8. Raises InputError when the photo is missing or damaged."""
        path, hand = self._hands[index]
        return read_crop(path, hand)


class PhotoFolder(PhotographedHands):
    """Crops of the photos whose truth lies beside them, by name."""

    def __init__(self, folder: Path) -> None:
        """Read every truth. Raises InputError when there is none or one is malformed."""
        self.folder = Path(folder)
        self._hands = []
        for path in sorted(self.folder.iterdir()):
            if path.suffix.lower() not in SUFFIXES or (truth := truth_beside(path)) is None:
                continue
            if len(truth.joints) != len(TIMESTEPS):
                raise InputError(
                    f"{path.with_suffix('.json')} tells {len(truth.joints)} timesteps, not 3; leave it out."
                )
            if not (truth.joints[..., 2] > 0).all():
                raise InputError(f"{path.with_suffix('.json')} tells of a hand behind the camera; leave it out.")
            visible = np.ones(truth.joints.shape[1], bool)
            self._hands.append((path, PhotographedHand(truth.joints, truth.intrinsics, truth.hand, visible)))
        if not self._hands:
            raise InputError(f"{self.folder} holds no photos with a truth beside them (NAME.jpg, NAME.json).")


def read_crop(path: Path, hand: PhotographedHand) -> np.ndarray:
    """The crop of a hand from the photo at path. Raises InputError when it cannot be read."""
    try:
        with Image.open(path, formats=["JPEG", "PNG"]) as picture:
            if picture.size[0] * picture.size[1] > _LARGEST_PIXELS:
                raise ValueError(f"a picture of {picture.size[0]} x {picture.size[1]} pixels")
            return hand.crop(picture)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise InputError(f"{path} cannot be read ({error}); copy it again.") from error
