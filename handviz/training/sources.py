"""Crop sources for training: folders of samples."""

from pathlib import Path

import numpy as np

from handviz.datasets.folders import Dataset, open_dataset
from handviz.errors import InputError
from handviz.geometry.rotations import axis_angle_to_matrix


class FolderSource:
    """Crops with their truth, of one or several data sets."""

    def __init__(self, *datasets: Dataset) -> None:
        self.datasets = datasets
        self.ends = np.cumsum([len(dataset) for dataset in datasets])
        self.truths = [truth_of(dataset.arrays(), dataset.has_parameters) for dataset in datasets]

    @classmethod
    def of(cls, folders: tuple[Path, ...]) -> "FolderSource":
        """The samples of folders. Raises InputError when one holds none."""
        if not folders:
            raise InputError("No folder of samples is named; give --data.")
        return cls(*(open_dataset(folder) for folder in folders))

    def __len__(self) -> int:
        return int(self.ends[-1])

    def read(self, index: int, rng: np.random.Generator) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Image and truth of one sample, as BatchStream wants them."""
        which = int(np.searchsorted(self.ends, index, side="right"))
        local = index - (int(self.ends[which - 1]) if which else 0)
        return self.datasets[which].image(local), {name: values[local] for name, values in self.truths[which].items()}


def truth_of(arrays: dict[str, np.ndarray], has_parameters: bool) -> dict[str, np.ndarray]:
    """A dataset's arrays as the fields of Truth, stacked over samples (N, ...)."""
    axis_angle = np.concatenate([arrays["global_orient"], arrays["hand_pose"]], -1)
    rotations = axis_angle_to_matrix(axis_angle.reshape(*axis_angle.shape[:-1], 16, 3)).astype(np.float32)
    joints = arrays["joints"]
    return {
        "rotations": rotations,
        "betas": arrays["betas"],
        "translation": joints[:, :, 0],
        "joints": joints - joints[:, :, :1],
        "crop_focal": arrays["crop_focal"],
        "has_parameters": np.full(len(joints), has_parameters, np.float32),
    }
