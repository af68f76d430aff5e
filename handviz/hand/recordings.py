"""Recorded hands in one form: joints of right hands in the frame of the flat hand. Only for fitting priors."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from handviz.hand.linear_skinning import rigid_alignment

# WebXR has 25 joints: wrist, four of the thumb, then five a finger, whose metacarpal base is left out.
_JOINT21_OF_WEBXR = (0, 1, 2, 3, 4, 6, 7, 8, 9, 11, 12, 13, 14, 16, 17, 18, 19, 21, 22, 23, 24)
_THINNED = ("-37fps", "-49fps", "-57fps", "-res", "-short", "Cropped")
_KNUCKLES = (5, 9, 13, 17)


@dataclass(frozen=True)
class Track:
    """One recorded hand over time.

    times (N,) s; joints (N, 21, 3) m of a right hand (mirrored where it was a left one), the wrist filled in from the
    palm; palm_rotation (N, 3, 3) turns the flat hand's frame into the recording's; palm (N, 3) m.
    """

    name: str
    times: np.ndarray
    joints: np.ndarray
    palm_rotation: np.ndarray
    palm: np.ndarray


def read_quest(folder: Path) -> np.ndarray:
    """Poses (N, 21, 3) in metres, left hands mirrored."""
    poses = []
    for side, sign in (("right", 1.0), ("left", -1.0)):
        for pose in json.loads((folder / f"{side}.json").read_text()):
            joints = np.array(pose["joint_positions_mm"], float)[list(_JOINT21_OF_WEBXR)] / 1000.0
            poses.append(joints * [sign, 1.0, 1.0])
    return np.stack(poses)


def read_landmarks(path: Path, rest: np.ndarray) -> np.ndarray:
    """A landmark network's answers on photos (N, 21, 3) in metres, in the palm frame of the flat hand rest (21, 3)."""
    with np.load(path, allow_pickle=False) as archive:
        joints = archive["joints_world"].astype(float)
    candidates = np.stack([into_palm_frame(joints * flip, rest) for flip in ([1, 1, 1], [-1, 1, 1])])
    # A left hand taken for a right one bends its fingers backwards.
    bend = (candidates[..., list(_KNUCKLES), 1] - candidates[..., [8, 12, 16, 20], 1]).mean(-1)
    return np.take_along_axis(candidates, bend.argmax(0)[None, :, None, None], 0)[0]


def into_palm_frame(joints: np.ndarray, rest: np.ndarray, points: tuple[int, ...] = (0, *_KNUCKLES)) -> np.ndarray:
    """Joints (N, 21, 3) turned so that the palm's points lie as in the flat hand rest (21, 3)."""
    rotations, translations = rigid_alignment(joints[:, list(points)], rest[list(points)])
    return joints @ rotations.swapaxes(1, 2) + translations[:, None]


def read_leap(path: Path, rest: np.ndarray) -> list[Track]:
    """All original tracks, thinned copies left out; which hand it is shows in the side its fingers bend to."""
    tracks = []
    with np.load(path, allow_pickle=False) as archive:
        names = [key.removesuffix("__t_us") for key in archive.files if key.endswith("__t_us")]
        for name in names:
            if any(mark in name for mark in _THINNED):
                continue
            times = archive[f"{name}__t_us"].astype(float) * 1e-6
            fingers = archive[f"{name}__joints_mm"].astype(float) / 1000.0
            palm = archive[f"{name}__palm_mm"].astype(float) / 1000.0
            candidates = [_track(name, times, fingers * flip, palm * flip, rest) for flip in ([1, 1, 1], [-1, 1, 1])]
            tracks.append(max(candidates, key=lambda track: _bend(track, rest)))
    return tracks


def _track(name: str, times: np.ndarray, fingers: np.ndarray, palm: np.ndarray, rest: np.ndarray) -> Track:
    joints = np.zeros((len(times), 21, 3))
    joints[:, 1:] = fingers.reshape(len(times), 20, 3)
    # The device gives no wrist; the palm's centre and the thumb's base hold the turn about the knuckles.
    known = np.concatenate([joints[:, [1, *_KNUCKLES]], palm[:, None]], 1)
    target = np.concatenate([rest[[1, *_KNUCKLES]], 0.5 * (rest[[0]] + rest[list(_KNUCKLES)].mean(0))])
    rotations, translations = rigid_alignment(known, target)
    joints[:, 0] = ((rest[0] - translations)[:, None] @ rotations)[:, 0]
    return Track(name, times, joints, rotations.swapaxes(1, 2), palm)


def _bend(track: Track, rest: np.ndarray) -> float:
    """How far the fingertips lie on the palm's side of the knuckles, metres."""
    joints = into_palm_frame(track.joints, rest)
    return float(np.median(joints[:, [5, 9, 13, 17], 1] - joints[:, [8, 12, 16, 20], 1]))
