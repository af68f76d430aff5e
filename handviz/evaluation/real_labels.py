"""The hand-labelled frames of assets/real_test: 2D joints on blurred frames of a real clip."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from handviz.errors import InputError
from handviz.geometry.skeleton import JOINT_NAMES, TIMESTEPS
from handviz.resources import assets_dir

LABELS_FILE = "wave.json"
_PARTS = {name: index for index, name in enumerate(TIMESTEPS)}


@dataclass(frozen=True)
class LabelledFrame:
    """One frame; pixels of the frame."""

    frame: int
    """Number in the clip, from 0."""
    box: np.ndarray
    """(4,) x, y, w, h around the smeared hand."""
    joints_2d: np.ndarray
    """(T, 21, 2), NaN where nothing is labelled; past and future only where both ends of a path show."""

    @property
    def hand_size(self) -> float:
        """Longer side of the box in px: what errors are told in shares of."""
        return float(self.box[2:].max())

    @property
    def path_px(self) -> float:
        """Longest labelled path from past to future in px; 0 where none shows."""
        path = np.linalg.norm(self.joints_2d[-1] - self.joints_2d[0], axis=-1)
        return float(np.nanmax(path)) if np.isfinite(path).any() else 0.0


@dataclass(frozen=True)
class LabelledClip:
    """The labelled frames of a clip that is not part of handviz."""

    clip: Path
    """Where the clip lies under the folder of recordings."""
    sha256: str
    hand: str
    frames: tuple[LabelledFrame, ...]


def read_labels(path: Path | None = None) -> LabelledClip:
    """The labels of a file, by default those that ship. Raises InputError for a malformed one."""
    path = assets_dir() / "real_test" / LABELS_FILE if path is None else path
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        clip = Path(values["clip"])
        if values["format"] != 1 or values["hand"] not in ("left", "right") or clip.is_absolute() or ".." in clip.parts:
            raise ValueError("unknown format, hand or place of the clip")
        frames = tuple(_frame(entry) for entry in values["frames"])
        if not frames:
            raise ValueError("no frames")
        return LabelledClip(clip, str(values["clip_sha256"]), values["hand"], frames)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{path} holds no labels of frames ({error}); see assets/real_test/README.md.") from error


def _frame(entry: dict) -> LabelledFrame:
    joints = np.full((len(TIMESTEPS), len(JOINT_NAMES), 2), np.nan)
    for name, places in entry["joints"].items():
        for part, place in places.items():
            joints[_PARTS[part], JOINT_NAMES.index(name)] = place
    box = np.array(entry["box"], np.float64)
    if box.shape != (4,) or not (box[2:] > 0).all() or not np.isfinite(joints[_PARTS["middle"]]).any():
        raise ValueError(f"frame {entry['frame']} has no box or no joints")
    return LabelledFrame(int(entry["frame"]), box, joints)
