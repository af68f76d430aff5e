"""Folders of samples, whichever data set they hold."""

from pathlib import Path
from typing import Protocol

import numpy as np

from handviz.datasets.blurhand import BlurHandDataset, is_blurhand
from handviz.datasets.photo_folder import PhotoFolder
from handviz.datasets.shards import ShardDataset
from handviz.errors import InputError


class Dataset(Protocol):
    """Crops of right hands with their truth."""

    has_parameters: bool
    """Whether rotations and betas are known, or joints alone."""

    def __len__(self) -> int: ...

    def arrays(self) -> dict[str, np.ndarray]:
        """The truth of all samples, stacked: names, shapes and types of handviz.datasets.sample.TRUTH_SHAPES."""
        ...

    def image(self, index: int) -> np.ndarray:
        """Crop of sample `index` (S, S, 3) uint8."""
        ...


def open_dataset(folder: Path) -> Dataset:
    """The samples of a folder: shards of `handviz synthesize`, BlurHand, or photos with a truth beside each.

    Raises InputError when it holds none of them.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(f"{folder} is not a folder of samples; check the name.")
    if is_blurhand(folder):
        return BlurHandDataset(folder)
    if not (folder / "dataset.json").is_file() and any(folder.glob("*.json")):
        return PhotoFolder(folder)
    return ShardDataset(folder)
