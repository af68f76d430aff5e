"""The truth of a whole video, a hand at every frame's exposure, and its file format.

The file is a NumPy .npz archive of plain arrays (no pickles), text as UTF-8 bytes: `format` = "handviz-clip-truth",
`format_version` = 1; `joints` (F, T, 21, 3) in metres, camera coordinates of the source image; `intrinsics` (3, 3) in
pixels; `hand`, "left" or "right"; and, where they are known, `vertices` (F, T, V, 3) in metres relative to the wrist.
Further arrays are left alone: rendered clips also tell pose, shape and blur.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from handviz.errors import InputError
from handviz.files import atomic_write
from handviz.hypotheses.truth import Truth

FORMAT, FORMAT_VERSION = "handviz-clip-truth", 1
SUFFIX = ".npz"
MAX_FILE_BYTES = 1 << 30
MAX_FRAMES = 1_000_000


@dataclass(frozen=True, eq=False)
class ClipTruth:
    """The true hand at each of F frames."""

    joints: np.ndarray
    """(F, T, 21, 3) float32, metres, camera coordinates."""
    vertices: np.ndarray
    """(F, T, V, 3) float16, metres relative to the wrist; V = 0 where only joints are known."""
    intrinsics: np.ndarray
    """(3, 3) float32, pixels of the source image."""
    hand: str = "right"

    def __post_init__(self) -> None:
        frames = np.shape(self.joints)[:2]
        if np.shape(self.joints) != (*frames, 21, 3) or len(frames) != 2 or not 0 < frames[0] <= MAX_FRAMES:
            raise InputError(f"joints of the truth have shape {np.shape(self.joints)} where (F, T, 21, 3) is needed.")
        if np.ndim(self.vertices) != 4 or np.shape(self.vertices)[:2] != frames or np.shape(self.vertices)[3] != 3:
            raise InputError(f"vertices of the truth have shape {np.shape(self.vertices)}, not (F, T, V, 3).")
        self.frame(0)

    def __len__(self) -> int:
        return len(self.joints)

    def frame(self, number: int) -> Truth:
        """The truth of one frame. Raises InputError when there is none or its values are no hand's."""
        if not 0 <= number < len(self):
            raise InputError(f"the truth tells of frames 0 to {len(self) - 1}, not of frame {number}.")
        joints = self.joints[number]
        return Truth(self.vertices[number].astype(np.float32) + joints[:, :1], joints, self.intrinsics, self.hand)

    def at(self, number: int) -> Truth | None:
        """The truth of one frame; None where it tells nothing of it."""
        try:
            return self.frame(number)
        except InputError:
            return None

    def save(self, path: Path, **more: np.ndarray) -> None:
        """Write the file, with further arrays under their names. Raises InputError when it cannot be written."""
        arrays: Mapping[str, np.ndarray] = {
            "joints": self.joints.astype(np.float32), "vertices": self.vertices.astype(np.float16),
            "intrinsics": self.intrinsics.astype(np.float32), "hand": np.frombuffer(self.hand.encode(), np.uint8),
        }  # fmt: skip
        with atomic_write(path) as file:
            np.savez_compressed(file, format=np.frombuffer(FORMAT.encode(), np.uint8),
                                format_version=np.int32(FORMAT_VERSION), **arrays, **more)  # fmt: skip

    @classmethod
    def load(cls, path: str | Path) -> "ClipTruth":
        """Read a file written by save. Raises InputError when it is not one."""
        path = Path(path)
        try:
            if path.stat().st_size > MAX_FILE_BYTES:
                raise InputError("it is larger than any truth of a video; choose another file.")
            with np.load(path, allow_pickle=False) as archive:
                # A saved prediction has arrays of the same names and shapes.
                if "format" not in archive.files or archive["format"].tobytes() != FORMAT.encode():
                    raise InputError(f'it is no truth of a video: it does not say "format": "{FORMAT}".')
                if int(archive["format_version"]) > FORMAT_VERSION:
                    raise InputError("it was written by a newer handviz; update handviz to read it.")
                joints = _numbers(archive, "joints")
                empty = np.zeros((*joints.shape[:2], 0, 3), np.float16)
                return cls(
                    joints,
                    _numbers(archive, "vertices") if "vertices" in archive.files else empty,
                    _numbers(archive, "intrinsics"),
                    archive["hand"].astype(np.uint8).tobytes().decode() if "hand" in archive.files else "right",
                )
        except InputError as error:
            raise InputError(f"{path}: {error}") from error
        except Exception as error:  # zipfile and NumPy raise nearly every type on damaged files
            reason = getattr(error, "strerror", None) or "it is damaged or holds other things"
            raise InputError(f"{path} is no truth of a video ({reason}); choose a .npz with joints.") from error


def _numbers(archive: np.lib.npyio.NpzFile, name: str) -> np.ndarray:
    array = archive[name]
    if array.dtype.kind not in "fiu":
        raise InputError(f"{name} of the truth are {array.dtype} where numbers are needed.")
    return array


def clip_truth_beside(video: Path) -> ClipTruth | None:
    """The truth that lies beside a video as NAME.npz; None where there is none, or a file that holds other things.

    Raises InputError where it is a truth that cannot be read.
    """
    path = video.with_suffix(SUFFIX)
    return ClipTruth.load(path) if path != video and _says_it_is_one(path) else None


def _says_it_is_one(path: Path) -> bool:
    try:
        with np.load(path, allow_pickle=False) as archive:
            return "format" in archive.files and archive["format"].tobytes() == FORMAT.encode()
    except Exception:  # whatever is wrong with it, it is no truth
        return False
