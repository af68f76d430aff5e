"""From where the hand is seen, and how large: views, distance and the place of the hand in its crop.

All in the virtual crop camera: principal point at the crop's centre, focal length `crop_focal` in sides of the crop.
"""

from dataclasses import dataclass

import numpy as np

from handviz.geometry.rotations import axis_angle_to_matrix
from handviz.geometry.skeleton import FINGERTIP_JOINTS, JOINT21_OF_MANO16, MANO_PARENTS, assemble_joints21
from handviz.synthesis.config import SynthesisConfig
from handviz.synthesis.motion import HandMoments, MotionCurve, moment_times, move

_DISTAL = (15, 3, 6, 12, 9)
"""The last of MANO's joints before each fingertip, in FINGERS order."""


@dataclass(frozen=True)
class RestHand:
    """A person's hand at rest: joints (16, 3) and fingertips (5, 3) in FINGERS order, metres, wrist at the origin."""

    joints: np.ndarray
    fingertips: np.ndarray

    def posed_joints(self, rotations: np.ndarray) -> np.ndarray:
        """Joints (N, 21, 3) under rotations (N, 16, 3, 3); fingertips move rigidly with their last bone."""
        count = len(rotations)
        joints, turned = np.empty((count, 16, 3)), np.empty((count, 16, 3, 3))
        joints[:, 0], turned[:, 0] = 0.0, rotations[:, 0]
        for joint in range(1, 16):
            parent = MANO_PARENTS[joint]
            joints[:, joint] = joints[:, parent] + turned[:, parent] @ (self.joints[joint] - self.joints[parent])
            turned[:, joint] = turned[:, parent] @ rotations[:, joint]
        distal = list(_DISTAL)
        bones = (self.fingertips - self.joints[distal])[None, ..., None]
        return assemble_joints21(joints, joints[:, distal] + (turned[:, distal] @ bones)[..., 0])


class ShapedRest:
    """Rest hands of any betas: joints are linear in them, so eleven hands tell all."""

    def __init__(self, mean_joints: np.ndarray, unit_joints: np.ndarray) -> None:
        """Flat-hand joints (21, 3) for betas of zero, and (10, 21, 3) for each beta at one."""
        self._mean = mean_joints.astype(np.float64)
        self._change = unit_joints.astype(np.float64) - self._mean

    def shaped(self, betas: np.ndarray) -> RestHand:
        """The rest hand of betas (10,)."""
        joints = self._mean + np.tensordot(betas, self._change, 1)
        return RestHand(joints[list(JOINT21_OF_MANO16)], joints[list(FINGERTIP_JOINTS)])


@dataclass(frozen=True)
class Framing:
    """A framed exposure: crop_focal in crop sides, wrist translation (3,) at t = 0, the motion's amplitude."""

    crop_focal: float
    translation: np.ndarray
    amplitude: float


def draw_view(rng: np.random.Generator, config: SynthesisConfig) -> np.ndarray:
    """Global rotation (3, 3) of the hand: any at all, or as hands are commonly seen.

    In the hand's frame fingers point to -x, the back of the hand to +y, the thumb to +z.
    """
    if rng.random() < config.free_view_fraction:
        return _random_rotation(rng)
    kind = rng.choice(4, p=[0.38, 0.27, 0.2, 0.15])
    if kind == 0:  # palm toward the camera, fingers up
        columns = ((0, 1, 0), (0, 0, 1), (1, 0, 0))
    elif kind == 1:  # back of the hand toward the camera, fingers up
        columns = ((0, 1, 0), (0, 0, -1), (-1, 0, 0))
    elif kind == 2:  # egocentric: fingers away from the camera and up, seen from behind and above
        columns = ((0, 0.6, -0.8), (0, -0.8, -0.6), (-1, 0, 0))
    else:  # from the side, thumb toward the camera, as in a handshake or on a desk
        columns = ((1, 0, 0), (0, -1, 0), (0, 0, -1))
    rotation = np.array(columns, float).T
    in_plane = axis_angle_to_matrix(np.array([0.0, 0.0, rng.normal() * 0.6]))
    wobble = axis_angle_to_matrix(rng.normal(size=3) * 0.35)
    return in_plane @ wobble @ rotation


def _random_rotation(rng: np.random.Generator) -> np.ndarray:
    """A rotation drawn evenly from all (Shoemake 1992)."""
    quaternion = rng.normal(size=4)
    w, x, y, z = quaternion / np.linalg.norm(quaternion)
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
    )


def draw_posture(
    rng: np.random.Generator, config: SynthesisConfig, rest: RestHand, pose: np.ndarray, crop_focal: float
) -> tuple[np.ndarray, np.ndarray]:
    """A view, global rotation (3, 3), and the forearm's direction (3,) in the hand's frame, within the wrist's reach.

    Both are drawn anew while the arm would come out of the camera or stand before the hand.
    """
    rotations = np.concatenate([np.eye(3)[None], axis_angle_to_matrix(pose.reshape(15, 3))])[None]
    joints = rest.posed_joints(rotations)[0]
    hidden_least = np.inf
    for _ in range(12):
        orient = draw_view(rng, config)
        flexion = np.clip(rng.normal() * 0.45, -1.1, 1.1)
        deviation = np.clip(rng.normal() * 0.22, -0.45, 0.35)
        bend = axis_angle_to_matrix(np.array([0, 0, flexion])) @ axis_angle_to_matrix(np.array([0, deviation, 0]))
        turned = (joints - joints.mean(0)) @ orient.T + [0.0, 0.0, 0.3 * crop_focal]
        hidden = _hidden_by_arm(turned, turned[0] + orient @ bend[:, 0] * 0.25)
        if hidden < hidden_least:
            best, hidden_least = (orient, bend[:, 0]), hidden
        if hidden <= 1:
            break
    return best


def _hidden_by_arm(joints: np.ndarray, elbow: np.ndarray) -> int:
    """How many joints (21, 3) an arm from the wrist to the elbow (3,) stands before."""
    along = np.linspace(0.12, 1.0, 10)[:, None]
    axis = joints[0] * (1 - along) + elbow * along
    if axis[:, 2].min() < 0.06:
        return 30
    apart = np.linalg.norm(axis[:, None, :2] / axis[:, None, 2:] - joints[None, 1:, :2] / joints[None, 1:, 2:], axis=-1)
    before = axis[:, None, 2] < joints[None, 1:, 2]
    return int(((apart < 0.045 / axis[:, None, 2]) & before).any(0).sum())


def to_crop(points: np.ndarray, crop_focal: float) -> np.ndarray:
    """Crop-camera points (..., 3) to crop coordinates (..., 2) in 0..1."""
    return crop_focal * points[..., :2] / np.maximum(points[..., 2:], 0.02) + 0.5


def blur_length_px(joints_2d: np.ndarray) -> float:
    """Longest path of any joint, in pixels of a 256 px crop; joints_2d (N, J, 2) in 0..1."""
    steps = np.linalg.norm(np.diff(joints_2d, axis=0), axis=-1)
    return float(256.0 * steps.sum(0).max())


def frame_exposure(
    rng: np.random.Generator,
    curve: MotionCurve,
    rest: RestHand,
    crop_focal: float,
    global_orient: np.ndarray,
    pose: np.ndarray,
    blur_px: float,
    margins: tuple[float, float],
    clamp,
) -> Framing:
    """Distance, place and amplitude at which the blur is blur_px and the hand fills a detector's box.

    The box holds the joints of the whole exposure, or those of its middle, or something between, and is as many
    times as large as them as margins say, and a little off centre.
    """
    margin = rng.uniform(*margins)
    whole_exposure = rng.random() ** 0.5
    centre = rng.normal(size=2) * 0.035
    times = moment_times(7)
    translation = np.array([0.0, 0.0, 0.2 * crop_focal * margin])
    amplitude = blur_px / 256.0 * 0.4
    for _ in range(4):
        moments = move(curve, amplitude, times, global_orient, pose, translation, clamp)
        joints_2d = to_crop(rest.posed_joints(moments.rotations) + moments.translation[:, None], crop_focal)
        low, high = _box(joints_2d, whole_exposure)
        scale = float((high - low).max()) * margin
        depth = translation[2] * np.clip(scale, 0.6, 1.6)
        shift = (0.5 + centre - 0.5 * (low + high)) / crop_focal
        translation = np.append((translation[:2] / translation[2] + shift) * depth, depth)
        current = blur_length_px(joints_2d) / np.clip(scale, 0.6, 1.6)
        amplitude *= np.clip(blur_px / max(current, 1e-6), 0.4, 2.5)
        amplitude = min(amplitude, 1.2)
    return Framing(crop_focal, translation, amplitude)


def _box(joints_2d: np.ndarray, whole_exposure: float) -> tuple[np.ndarray, np.ndarray]:
    middle = joints_2d[len(joints_2d) // 2]
    low = (1 - whole_exposure) * middle.min(0) + whole_exposure * joints_2d.min((0, 1))
    high = (1 - whole_exposure) * middle.max(0) + whole_exposure * joints_2d.max((0, 1))
    return low, high


def hand_moments(
    curve: MotionCurve, framing: Framing, count: int, global_orient: np.ndarray, pose: np.ndarray, clamp
) -> HandMoments:
    """The hand at `count` moments of the framed exposure."""
    times = moment_times(count)
    return move(curve, framing.amplitude, times, global_orient, pose, framing.translation, clamp)
