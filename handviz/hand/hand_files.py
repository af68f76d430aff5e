"""Hand models read from disk: the default's .npz and a user's MANO .pkl, checked before use."""

import hashlib
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from handviz.errors import ModelFileError
from handviz.geometry.skeleton import MANO_PARENTS
from handviz.hand.mano_files import read_mano_pickle

MANO_FINGERTIPS = (744, 320, 443, 554, 671)
"""Fingertip vertices of MANO's 778-vertex mesh in FINGERS order: thumb, index, middle, ring, pinky."""

_MAX_BYTES = 1 << 29
_REQUIRED = ("v_template", "shapedirs", "posedirs", "J_regressor", "weights", "kintree_table", "f")
_OPTIONAL = ("hands_mean", "hands_components", "uv", "f_uv", "fingertips", "wrist_loop", "nail_mask_uv")
_INTEGER = ("f", "f_uv", "fingertips", "wrist_loop")


@dataclass(frozen=True)
class HandFile:
    """A checked hand model: its name, the SHA-256 of its file, and its arrays under MANO's names."""

    name: str
    sha256: str
    arrays: dict[str, np.ndarray]


def read_hand_file(path: Path) -> HandFile:
    """Read a right hand in MANO's layout from .npz or .pkl.

    Arrays: v_template (V, 3), shapedirs (V, 3, 10), posedirs (V, 3, 135), J_regressor (16, V), weights (V, 16),
    kintree_table (2, 16), f (F, 3), fingertips (5,) and whatever else the file offers. Raises ModelFileError.
    """
    path = Path(path)
    if not path.is_file():
        raise ModelFileError(f"There is no hand model at {path}; give the path of an .npz file or of MANO_RIGHT.pkl.")
    if "LEFT" in path.stem.upper():
        raise ModelFileError(f"{path} is a left hand; give MANO_RIGHT.pkl, left hands are made by mirroring.")
    if path.suffix == ".npz":
        arrays = _read_npz(path)
    elif path.suffix == ".pkl":
        arrays = read_mano_pickle(path)
    else:
        raise ModelFileError(f"{path} is not a hand model; give an .npz file or MANO_RIGHT.pkl.")
    return HandFile(path.stem, hashlib.sha256(path.read_bytes()).hexdigest(), _checked(arrays, path))


def _read_npz(path: Path) -> dict[str, np.ndarray]:
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > _MAX_BYTES:
                raise ModelFileError(
                    f"The hand model {path} unpacks to more than {_MAX_BYTES >> 20} MiB; it is refused."
                )
        with np.load(path, allow_pickle=False) as archive:
            return {key: archive[key] for key in (*_REQUIRED, *_OPTIONAL) if key in archive.files}
    except ModelFileError:
        raise
    except Exception as error:
        raise ModelFileError(
            f"The hand model {path} cannot be read as an .npz file ({error}); get it again."
        ) from error


def _checked(arrays: dict[str, np.ndarray], path: Path) -> dict[str, np.ndarray]:
    """The arrays with their final types, after every shape, index and number has been looked at."""

    def refuse(what: str) -> ModelFileError:
        return ModelFileError(f"The hand model {path} is not usable: {what}; get it again or use the default hand.")

    missing = [key for key in _REQUIRED if key not in arrays]
    if missing:
        raise refuse(f"it lacks {', '.join(missing)}")
    checked = {}
    for key, value in arrays.items():
        if key not in _REQUIRED and key not in _OPTIONAL:
            continue
        if value.dtype.kind not in "fiub" or not np.isfinite(value).all():
            raise refuse(f"{key} holds something other than finite numbers")
        checked[key] = value
    vertex_count = checked["v_template"].shape[0] if checked["v_template"].ndim == 2 else 0
    if not 100 <= vertex_count <= 100_000:
        raise refuse(f"v_template has the shape {checked['v_template'].shape}")
    if checked["shapedirs"].ndim == 3:
        checked["shapedirs"] = checked["shapedirs"][..., :10]
    checked.setdefault("fingertips", np.array(MANO_FINGERTIPS))
    checked.setdefault("hands_mean", np.zeros(45))
    checked.setdefault("hands_components", np.eye(45))
    expected = {
        "v_template": (vertex_count, 3),
        "shapedirs": (vertex_count, 3, 10),
        "posedirs": (vertex_count, 3, 135),
        "J_regressor": (16, vertex_count),
        "weights": (vertex_count, 16),
        "kintree_table": (2, 16),
        "f": (None, 3),
        "fingertips": (5,),
        "hands_mean": (45,),
        "hands_components": (45, 45),
        "uv": (None, 2),
        "f_uv": (checked["f"].shape[0] if checked["f"].ndim else 0, 3),
        "wrist_loop": (None,),
        "nail_mask_uv": (None, None),
    }
    for key, shape in expected.items():
        if key not in checked:
            continue
        found = checked[key].shape
        if len(found) != len(shape) or any(want not in (None, got) for want, got in zip(shape, found, strict=True)):
            raise refuse(f"{key} has the shape {found}")
        limit = len(checked["uv"]) if key == "f_uv" and "uv" in checked else vertex_count
        if key in _INTEGER:
            if checked[key].size and not (checked[key].min() >= 0 and checked[key].max() < limit):
                raise refuse(f"{key} points at vertices that do not exist")
            checked[key] = checked[key].astype(np.int32)
        elif key == "kintree_table":
            # MANO writes the root's parent as the largest unsigned integer.
            parents = checked[key][0].astype(np.int64)
            if tuple(parents[1:]) != MANO_PARENTS[1:]:
                raise refuse("its joints are not in MANO's order")
            checked[key] = np.stack([np.array(MANO_PARENTS), np.arange(16)])
        elif key != "nail_mask_uv":
            checked[key] = checked[key].astype(np.float32)
    if np.abs(checked["weights"].sum(1) - 1.0).max() > 1e-2:
        raise refuse("its skinning weights do not add up to one")
    return checked
