"""What selectors trained with different losses say of the same hypotheses, and how good those are."""

import zipfile
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from handviz.errors import InputError
from handviz.files import atomic_write


@dataclass(frozen=True)
class SelectionOutcome:
    """L losses, N photos, K hypotheses each."""

    names: tuple[str, ...]
    """The losses."""
    mu: np.ndarray
    """(L, N, K)."""
    nu: np.ndarray
    """(L, N, K)."""
    mpjpe: np.ndarray
    """(N, K) mm, order-free, mean over timesteps."""
    sequence: np.ndarray
    """(N, K) mm, MPJPE and a share of MPVPE: the error that labels are made of."""
    projection_px: np.ndarray
    """(N, K) distance of projected joints to the photo's 2D joints, px of a 256 px crop."""
    blur_px: np.ndarray
    """(N,) px of a 256 px crop."""

    def save(self, path: Path) -> None:
        """Write as .npz, whole or not at all."""
        arrays = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "names"}
        with atomic_write(path) as file:
            np.savez_compressed(file, names=np.array(self.names), **arrays)

    @classmethod
    def load(cls, path: Path) -> "SelectionOutcome":
        """Read a file written by save. Raises InputError."""
        try:
            with np.load(path, allow_pickle=False) as archive:
                arrays = {f.name: archive[f.name] for f in fields(cls) if f.name != "names"}
                return cls(names=tuple(str(name) for name in archive["names"]), **arrays)
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise InputError(
                f"{path} is not a result of handviz ablate; delete it and run the command again."
            ) from error
