"""Sharp real hand crops with a teacher's joints, smeared on the fly: real skin, light and sensors in the training.

The smear turns, shifts and zooms the whole crop over the exposure, as a hand and camera moving together would; the
truth of each timestep follows. Only joints are known of these hands, not rotations and betas.
"""

from pathlib import Path

import numpy as np

from handviz.datasets.real_hands import read_real_hands, smear
from handviz.errors import InputError
from handviz.geometry.rotations import axis_angle_to_matrix
from handviz.geometry.skeleton import TIMESTEPS

_FEWEST_MOMENTS, _MOST_MOMENTS = 5, 25
_PIXELS_PER_MOMENT = 2.5
_STILL = 0.15
_LONGEST_BLUR = 0.25
"""Longest shift over the exposure, in crop sides."""
_LONGEST_TURN = 0.5
_LONGEST_ZOOM = 0.2
_FOCAL_RANGE = (1.5, 5.0)
_SIZE = 192


class RealHandSource:
    """Real crops of right hands as a CropSource."""

    def __init__(self, folder: Path, held_out: bool = False) -> None:
        self.hands = [hand for hand in read_real_hands(folder, held_out) if hand.hand == "right"]
        if not self.hands:
            raise InputError(f"{folder} holds no right hands; name another folder.")

    def __len__(self) -> int:
        return len(self.hands)

    def read(self, index: int, rng: np.random.Generator) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """One smeared crop and its truth, as BatchStream wants them."""
        hand = self.hands[index]
        motion = _draw_motion(rng)
        smeared = smear(hand.image(), motion(np.linspace(-1.0, 1.0, _moment_count(motion))), _SIZE)
        still = place(hand.joints_2d, hand.joints_world, float(rng.uniform(*_FOCAL_RANGE)))
        joints, crop_focal = still
        sequence = np.stack(
            [_move(joints, crop_focal, motion(np.array([t]))[0]) for t in np.linspace(-1, 1, len(TIMESTEPS))]
        )
        truth = {
            "rotations": np.broadcast_to(np.eye(3, dtype=np.float32), (len(TIMESTEPS), 16, 3, 3)),
            "betas": np.zeros(10, np.float32),
            "translation": sequence[:, 0],
            "joints": sequence - sequence[:, :1],
            "crop_focal": np.float32(crop_focal),
            "has_parameters": np.float32(0.0),
        }
        return smeared, truth


def place(joints_2d: np.ndarray, joints_world: np.ndarray, crop_focal: float) -> tuple[np.ndarray, float]:
    """Joints (21, 3) in crop-camera metres that project onto joints_2d (21, 2) exactly and keep the world's depths."""
    centred_2d = joints_2d - joints_2d.mean(0)
    centred = joints_world[:, :2] - joints_world[:, :2].mean(0)
    scale = float(np.sqrt((centred_2d**2).sum() / max((centred**2).sum(), 1e-9)))
    depth = crop_focal / scale + joints_world[:, 2] - joints_world[:, 2].mean()
    lateral = (joints_2d - 0.5) * depth[:, None] / crop_focal
    return np.concatenate([lateral, depth[:, None]], -1).astype(np.float32), crop_focal


def _draw_motion(rng: np.random.Generator):
    """A smooth path through (shift x, shift y, turn, log zoom) over times -1..1, zero at 0."""
    still = rng.random() < _STILL
    direction = rng.uniform(0, 2 * np.pi)
    shift = 0.5 * rng.uniform(0.0, _LONGEST_BLUR) * np.array([np.cos(direction), np.sin(direction)])
    turn = 0.5 * rng.uniform(-_LONGEST_TURN, _LONGEST_TURN) * (rng.random() < 0.5)
    zoom = 0.5 * rng.uniform(-_LONGEST_ZOOM, _LONGEST_ZOOM) * (rng.random() < 0.3)
    speed = np.array([*shift, turn, zoom]) * (not still)
    bend = 0.4 * rng.standard_normal(4) * np.linalg.norm(shift) * np.array([1.0, 1.0, 0.5, 0.2]) * (not still)
    return lambda times: times[:, None] * speed + (times**2)[:, None] * bend


def _moment_count(motion) -> int:
    """Odd, and enough that nothing in the picture steps further than _PIXELS_PER_MOMENT."""
    path = motion(np.linspace(-1.0, 1.0, 9))
    # Turns and zooms move the picture's edge the furthest.
    reach = np.linalg.norm(path[:, :2], axis=-1) + 0.5 * np.abs(path[:, 2]) + 0.5 * np.abs(path[:, 3])
    pixels = _SIZE * (np.abs(np.diff(path[:, :2], axis=0)).sum() + np.ptp(reach))
    return int(np.clip(int(pixels / _PIXELS_PER_MOMENT) | 1, _FEWEST_MOMENTS, _MOST_MOMENTS))


def _move(joints: np.ndarray, crop_focal: float, motion: np.ndarray) -> np.ndarray:
    """Joints (21, 3) after the path's turn about the axis, zoom (nearer) and shift (sideways)."""
    turned = joints @ axis_angle_to_matrix(np.array([0.0, 0.0, motion[2]])).T
    wrist_depth = turned[0, 2]
    nearer = np.array([0.0, 0.0, wrist_depth * (np.exp(-motion[3]) - 1.0)])
    # A zoom about the centre moves every point along its own ray; the change of depth is the wrist's for all.
    moved = turned + nearer
    sideways = np.concatenate([motion[:2], [0.0]]) * moved[:, 2:] / crop_focal
    return (moved + sideways).astype(np.float32)
