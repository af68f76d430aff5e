"""Samples on disk: shards of JPEG pictures and arrays of truth.

    DIR/dataset.json        what the dataset is: how it was made, samples per shard
    DIR/shard-00000.npz     images_jpeg (bytes,) uint8, all pictures one after another; offsets (n + 1,) int64 where
                            each begins; the arrays of handviz.datasets.sample.TRUTH_SHAPES stacked over n

Shards are plain .npz without pickles and without compression, so that one picture is read without the others. Nothing
in them is trusted.
"""

import io
import json
import os
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from handviz.datasets.sample import TRUTH_SHAPES, Sample
from handviz.errors import InputError
from handviz.files import atomic_write

FORMAT = 1
_JPEG_QUALITY = 95
_SHARD = re.compile(r"shard-(\d{5})\.npz")
_LARGEST_SIDE = 4096


def shard_path(folder: Path, order: int) -> Path:
    """The file of shard `order`."""
    return Path(folder) / f"shard-{order:05d}.npz"


def write_shard(path: Path, samples: Sequence[Sample]) -> None:
    """Write samples to one shard, whole or not at all."""
    pictures = []
    for sample in samples:
        packed = io.BytesIO()
        Image.fromarray(sample.image).save(packed, "JPEG", quality=_JPEG_QUALITY, subsampling=0)
        pictures.append(np.frombuffer(packed.getvalue(), np.uint8))
    arrays = {name: np.stack([sample.truth()[name] for sample in samples]) for name in TRUTH_SHAPES}
    arrays["offsets"] = np.cumsum([0] + [len(picture) for picture in pictures]).astype(np.int64)
    arrays["images_jpeg"] = np.concatenate(pictures)
    with atomic_write(path) as file:
        np.savez(file, **arrays)


def write_description(folder: Path, description: dict) -> None:
    """Write dataset.json."""
    with atomic_write(Path(folder) / "dataset.json", "w") as file:
        json.dump({"format": FORMAT, **description}, file, indent=1, sort_keys=True)


def read_description(folder: Path) -> dict:
    """Read dataset.json; raises InputError when it is missing, malformed or of another format."""
    path = Path(folder) / "dataset.json"
    try:
        if path.stat().st_size > 1 << 20:
            raise ValueError("too large")
        description = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(description, dict) or description.get("format") != FORMAT:
            raise ValueError(f"not of format {FORMAT}")
    except (OSError, ValueError) as error:
        raise InputError(f"{path} does not describe a dataset ({error}); make it with handviz synthesize.") from error
    return description


@dataclass(frozen=True)
class Shard:
    """A validated shard: its truth in memory, its pictures where they lie in the file."""

    path: Path
    truth: dict[str, np.ndarray]
    offsets: np.ndarray
    pictures_at: int

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def picture(self, index: int) -> np.ndarray:
        """Picture `index` (S, S, 3) uint8. Safe from several threads."""
        begin, end = (int(value) for value in self.offsets[index : index + 2])
        try:
            with open(self.path, "rb") as file:
                packed = os.pread(file.fileno(), end - begin, self.pictures_at + begin)
            with Image.open(io.BytesIO(packed), formats=["JPEG"]) as picture:
                if max(picture.size) > _LARGEST_SIDE:
                    raise ValueError(f"a picture of {picture.size[0]} x {picture.size[1]} pixels")
                return np.asarray(picture.convert("RGB"))
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
            raise InputError(f"Picture {index} of {self.path} is damaged ({error}); make the shard again.") from error


def read_shard(path: Path) -> Shard:
    """Read and check a shard; raises InputError for anything but a whole one."""
    path = Path(path)
    try:
        pictures_at, pictures_size = _pictures_place(path)
        with np.load(path, allow_pickle=False) as archive:
            offsets = archive["offsets"]
            truth = {name: archive[name] for name in TRUTH_SHAPES}
        _check(truth, offsets, pictures_size)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, NotImplementedError, MemoryError) as error:
        raise InputError(f"{path} is not a whole shard of samples ({error}); delete it and make it again.") from error
    return Shard(path, truth, offsets, pictures_at)


def _check(truth: dict[str, np.ndarray], offsets: np.ndarray, pictures_size: int) -> None:
    if offsets.dtype != np.int64 or offsets.ndim != 1 or len(offsets) < 2:
        raise ValueError("offsets are malformed")
    if offsets[0] != 0 or offsets[-1] != pictures_size or (np.diff(offsets) <= 0).any():
        raise ValueError("offsets do not match the pictures")
    for name, (shape, dtype) in TRUTH_SHAPES.items():
        values = truth[name]
        if values.shape != (len(offsets) - 1, *shape) or values.dtype != dtype:
            raise ValueError(f"{name} is {values.dtype} {values.shape}")
        if values.dtype.kind == "f" and not np.isfinite(values).all():
            raise ValueError(f"{name} holds values that are not finite")


def _pictures_place(path: Path) -> tuple[int, int]:
    """Where in the file the bytes of images_jpeg begin, and how many there are."""
    with zipfile.ZipFile(path) as archive:
        member = archive.getinfo("images_jpeg.npy")
        if member.compress_type != zipfile.ZIP_STORED:
            raise ValueError("its pictures are compressed")
        with archive.open(member) as file:
            version = np.lib.format.read_magic(file)
            if version != (1, 0):
                raise ValueError("its pictures have an unknown header")
            shape, _, dtype = np.lib.format.read_array_header_1_0(file)
            header = file.tell()
        if dtype != np.uint8 or len(shape) != 1 or member.file_size != header + shape[0]:
            raise ValueError("its pictures are not one row of bytes")
    with open(path, "rb") as file:
        # The local header repeats the name and may carry more extra bytes than the directory says.
        file.seek(member.header_offset)
        local = file.read(30)
        if local[:4] != b"PK\x03\x04":
            raise ValueError("its directory is wrong")
        begin = (
            member.header_offset + 30 + int.from_bytes(local[26:28], "little") + int.from_bytes(local[28:30], "little")
        )
        if begin + member.file_size > path.stat().st_size:
            raise ValueError("it is cut short")
    return begin + header, int(shape[0])


class ShardDataset:
    """All samples of a folder, those of the first shard first. Reading is safe from several threads."""

    has_parameters = True

    def __init__(self, folder: Path) -> None:
        """Read every shard's truth. Raises InputError when the folder holds no dataset or a damaged shard."""
        self.folder = Path(folder)
        self.description = read_description(self.folder)
        paths = sorted(path for path in self.folder.iterdir() if _SHARD.fullmatch(path.name))
        if not paths:
            raise InputError(f"{self.folder} holds no shards yet; make some with handviz synthesize.")
        self._shards = [read_shard(path) for path in paths]
        self._ends = np.cumsum([len(shard) for shard in self._shards])

    def __len__(self) -> int:
        return int(self._ends[-1])

    def arrays(self) -> dict[str, np.ndarray]:
        """The truth of all samples, stacked: names, shapes and types of TRUTH_SHAPES."""
        return {name: np.concatenate([shard.truth[name] for shard in self._shards]) for name in TRUTH_SHAPES}

    def image(self, index: int) -> np.ndarray:
        """Picture of sample `index` (S, S, 3) uint8."""
        shard, local = self._locate(index)
        return shard.picture(local)

    def __getitem__(self, index: int) -> Sample:
        shard, local = self._locate(index)
        truth = {name: values[local] for name, values in shard.truth.items()}
        return Sample(image=shard.picture(local), **truth)

    def _locate(self, index: int) -> tuple[Shard, int]:
        if not 0 <= index < len(self):
            raise IndexError(f"sample {index} of {len(self)}")
        which = int(np.searchsorted(self._ends, index, side="right"))
        return self._shards[which], index - (int(self._ends[which - 1]) if which else 0)
