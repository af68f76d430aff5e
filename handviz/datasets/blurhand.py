"""The BlurHand data set (Oh et al., CVPR 2023) as it is published: InterHand2.6M's format, five frames a photo.

    DIR/blur_images/SPLIT/...                                   photos
    DIR/annotations/SPLIT/BlurHand_SPLIT_data.json              images, annotations
                          BlurHand_SPLIT_camera.json            capture -> campos, camrot, focal, princpt -> camera
                          BlurHand_SPLIT_joint_3d.json          capture -> frame -> world_coord (42, 3) in mm

Past and future are the first and last of an annotation's five frames. Left hands become right ones by mirroring. The
MANO fits beside these files are not read: their shape space and mean pose are MANO's own, so only joints are learned
from and measured. Nothing in the files is trusted.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np

from handviz.datasets.crops import PhotographedHand
from handviz.datasets.photo_folder import PhotographedHands
from handviz.errors import InputError
from handviz.geometry.skeleton import JOINT_NAMES, WRIST

SPLITS = ("test", "train")
_HANDS = {"right": ("right",), "left": ("left",), "interacting": ("right", "left")}
_PER_HAND = len(JOINT_NAMES)
_OFFSET = {"right": 0, "left": _PER_HAND}
_LARGEST_FILE = 8 << 30
_NEAREST_M, _FARTHEST_M = 0.05, 20.0


def _order() -> tuple[int, ...]:
    """InterHand2.6M's index of each of our joints: fingers from tip to base, the wrist last."""
    order = [_PER_HAND - 1] * _PER_HAND
    for index in range(_PER_HAND):
        if index != WRIST:
            finger, part = divmod(index - 1, 4)
            order[index] = 4 * finger + 3 - part
    return tuple(order)


_ORDER = _order()


def is_blurhand(folder: Path) -> bool:
    """Whether a folder looks like BlurHand's."""
    return (Path(folder) / "annotations").is_dir()


class BlurHandDataset(PhotographedHands):
    """Crops of every hand of a split whose 21 joints are annotated at all three moments."""

    has_parameters = False

    def __init__(self, folder: Path, split: str | None = None) -> None:
        """Read the annotations of a split, by default test where it is there, else train. Raises InputError."""
        self.folder = Path(folder)
        self.split = split or next((s for s in SPLITS if self._annotations(s).is_dir()), SPLITS[0])
        self.skipped = 0
        """Hands left out because a joint is not annotated."""
        data, cameras, joints = (self._read(kind) for kind in ("data", "camera", "joint_3d"))
        path = self._file("data")
        self._hands = []
        try:
            images = {entry["id"]: entry for entry in data["images"]}
            annotations = {entry["id"]: entry for entry in data["annotations"]}
            for entry in annotations.values():
                if entry["is_middle"]:
                    self._add(entry, images, annotations, cameras, joints)
        except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
            raise InputError(
                f"{path} or a file beside it is not BlurHand's ({type(error).__name__}: {error}); copy it again."
            ) from error
        if not self._hands:
            raise InputError(f"{path} holds no hand whose joints are all annotated; copy it again.")

    def _annotations(self, split: str) -> Path:
        return self.folder / "annotations" / split

    def _file(self, kind: str) -> Path:
        return self._annotations(self.split) / f"BlurHand_{self.split}_{kind}.json"

    def _read(self, kind: str) -> dict[str, Any]:
        path = self._file(kind)
        try:
            if path.stat().st_size > _LARGEST_FILE:
                raise ValueError("larger than any of BlurHand's")
            values = json.loads(path.read_bytes())
            if not isinstance(values, dict):
                raise ValueError("no object")
        except (OSError, ValueError, RecursionError, MemoryError) as error:
            raise InputError(
                f"{path} cannot be read as BlurHand's annotations ({error}); the README says where files belong."
            ) from error
        return values

    def _add(self, entry: dict, images: dict, annotations: dict, cameras: dict, joints: dict) -> None:
        image = images[entry["image_id"]]
        frames = [annotations[entry["aid_list"][0]], entry, annotations[entry["aid_list"][-1]]]
        rotation, position, intrinsics = _camera(cameras, image)
        places, known = zip(*(_joints(joints, images[frame["image_id"]], frame) for frame in frames), strict=True)
        in_camera = (np.stack(places) - position) @ rotation.T / 1000.0
        seen = _numbers(entry["joint_valid"], (2 * _PER_HAND,)) > 0
        path = self._photo(image["file_name"])
        for hand in _HANDS[entry["hand_type"]]:
            own = _OFFSET[hand] + np.array(_ORDER)
            depth = in_camera[:, own, 2]
            if not np.stack(known)[:, own].all() or depth.min() < _NEAREST_M or depth.max() > _FARTHEST_M:
                self.skipped += 1
                continue
            self._hands.append((path, PhotographedHand(in_camera[:, own], intrinsics, hand, seen[own])))

    def _photo(self, name: Any) -> Path:
        root = self.folder / "blur_images" / self.split
        path = Path(str(name))
        if path.is_absolute() or ".." in path.parts:
            raise ValueError(f"the photo {name} lies outside {root}")
        return root / path


def _camera(cameras: dict, image: dict) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rotation (3, 3) from world to camera, position (3,) in mm, intrinsics (3, 3) in px."""
    capture, camera = cameras[str(image["capture"])], str(image["camera"])
    focal, centre = (_numbers(capture[name][camera], (2,)) for name in ("focal", "princpt"))
    if (focal <= 0).any():
        raise ValueError("a focal length is not positive")
    intrinsics = np.array([[focal[0], 0.0, centre[0]], [0.0, focal[1], centre[1]], [0.0, 0.0, 1.0]])
    return _numbers(capture["camrot"][camera], (3, 3)), _numbers(capture["campos"][camera], (3,)), intrinsics


def _joints(joints: dict, image: dict, annotation: dict) -> tuple[np.ndarray, np.ndarray]:
    """Both hands' joints (42, 3) in world mm and which of them are known (42,)."""
    frame = joints[str(image["capture"])][str(image["frame_idx"])]
    # What is annotated in space, also outside the picture; where that is not told, what the picture shows.
    valid = frame.get("joint_valid", annotation["joint_valid"])
    known = np.asarray(valid, np.float64).reshape(2 * _PER_HAND, -1).min(-1) > 0
    return _numbers(frame["world_coord"], (2 * _PER_HAND, 3)), known


def _numbers(values: Any, shape: tuple[int, ...]) -> np.ndarray:
    array = np.asarray(values, np.float64).reshape(shape)
    if not np.isfinite(array).all():
        raise ValueError("numbers are not finite")
    return array
