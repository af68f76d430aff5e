"""Skins, panoramas and photographs, parted into those of training and those of test-v1."""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image

from handviz.errors import ModelFileError
from handviz.resources import assets_dir
from handviz.synthesis.config import SynthesisConfig

ART_SHARED_WITH_TEST = frozenset(
    {
        "middleage_lightskinned_female_diffuse2",
        "young_darkskinned_male_diffuse",
        "young_lightskinned_male_diffuse2",
    }
)
"""Recorded full-size skins whose art test-v1 may also show in small; kept out of training."""


_SUFFIXES = {"skins": ".jpg", "panoramas": ".npz", "backgrounds": ".jpg"}


@dataclass(frozen=True)
class AssetFiles:
    """The files one split may use, in order of name."""

    skins: tuple[Path, ...]
    panoramas: tuple[Path, ...]
    photos: tuple[Path, ...]


def split_files(config: SynthesisConfig) -> AssetFiles:
    """Files of config.split; raises ModelFileError when a kind is missing."""
    files = {kind: _listed(kind, suffix, config.split) for kind, suffix in _SUFFIXES.items()}
    if config.enrich is not None and config.split != "test-v1":
        extra = sorted((Path(config.enrich) / "skins").glob("*.png"))
        files["skins"] += tuple(path for path in extra if path.stem not in ART_SHARED_WITH_TEST)
    return AssetFiles(files["skins"], files["panoramas"], files["backgrounds"])


def _listed(kind: str, suffix: str, split: str) -> tuple[Path, ...]:
    folder = assets_dir() / kind
    try:
        names = json.loads((folder / "splits.json").read_text())[split]
    except (OSError, ValueError, KeyError) as error:
        raise ModelFileError(
            f"{folder / 'splits.json'} does not list the split {split}; install handviz again."
        ) from error
    files = tuple(folder / f"{name}{suffix}" for name in sorted(names))
    missing = [path.name for path in files if not path.is_file()]
    if missing or not files:
        raise ModelFileError(f"assets/{kind} lacks {missing or 'all files'} of {split}; install handviz again.")
    return files


@lru_cache(maxsize=64)
def load_image(path: Path) -> np.ndarray:
    """An sRGB picture (H, W, 3) uint8."""
    try:
        with Image.open(path) as picture:
            return np.asarray(picture.convert("RGB"))
    except OSError as error:
        raise ModelFileError(f"{path} cannot be read as a picture ({error}); install handviz again.") from error


def load_panorama(path: Path) -> np.ndarray:
    """A panorama's linear light (H, W, 3) float32; rows from zenith to nadir, columns around."""
    with np.load(path, allow_pickle=False) as data:
        return np.asarray(data["rgb"], np.float32)


def skin_window() -> np.ndarray:
    """The part of the hand's texture that skin pictures hold, as u0, v0, u1, v1 with v down, in 0..1."""
    layout = json.loads((assets_dir() / "skins" / "crop.json").read_text())
    return np.asarray(layout["crop_box_px_xyxy"], np.float64) / layout["texture_size"]


def srgb_to_linear(values: np.ndarray) -> np.ndarray:
    """sRGB in 0..1 to linear light (IEC 61966-2-1)."""
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def linear_to_srgb(values: np.ndarray) -> np.ndarray:
    """Linear light in 0..1 to sRGB (IEC 61966-2-1)."""
    values = np.clip(values, 0.0, 1.0)
    return np.where(values <= 0.0031308, values * 12.92, 1.055 * np.power(values, 1 / 2.4) - 0.055)
