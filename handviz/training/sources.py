"""Crop sources for training: shards written by `handviz synthesize`."""

from pathlib import Path

import numpy as np

from handviz.datasets.shards import ShardDataset
from handviz.errors import InputError
from handviz.geometry.rotations import axis_angle_to_matrix


class ShardSource:
    """Rendered crops with full truth."""

    def __init__(self, folders: tuple[Path, ...]) -> None:
        self.datasets = [ShardDataset(Path(folder)) for folder in folders]
        self.ends = np.cumsum([len(dataset) for dataset in self.datasets])
        if not len(self.ends) or self.ends[-1] == 0:
            raise InputError(f"{', '.join(map(str, folders))} holds no samples; make some with handviz synthesize.")
        self.truths = [truth_of(dataset.arrays()) for dataset in self.datasets]

    def __len__(self) -> int:
        return int(self.ends[-1])

    def read(self, index: int, rng: np.random.Generator) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Image and truth of one sample, as BatchStream wants them."""
        which = int(np.searchsorted(self.ends, index, side="right"))
        local = index - (int(self.ends[which - 1]) if which else 0)
        return self.datasets[which].image(local), {name: values[local] for name, values in self.truths[which].items()}


def truth_of(arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
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
        "has_parameters": np.ones(len(joints), np.float32),
    }
