"""How hand and camera move during an exposure.

A motion is a curve in time t in -1..1 (past = -1, middle = 0, future = 1), cubic in wrist translation, wrist rotation,
finger pose and camera rotation. One factor, the amplitude, scales all of it; framing chooses it for a wanted blur.
"""

from dataclasses import dataclass

import numpy as np

from handviz.geometry.rotations import axis_angle_to_matrix, matrix_to_axis_angle
from handviz.synthesis.config import MOTION_KINDS, SynthesisConfig

_KIND_WEIGHTS = {"translation": 0.27, "rotation": 0.17, "fingers": 0.14, "mixed": 0.30, "camera_shake": 0.12}
_POWERS = np.array([1.0, 2.0, 3.0])


@dataclass(frozen=True)
class MotionCurve:
    """Coefficients of t, t^2, t^3, each (3, n), at amplitude one.

    translation (3, 3): metres per metre of hand distance. rotation (3, 3): wrist, radians, camera axes, about `pivot`
    (3,) metres in the hand's own frame (0 = wrist, beyond it = elbow). fingers (3, 45): axis-angle added to the pose.
    shake (3, 3): camera rotation, radians. follow: 1 when the forearm turns with the hand, 0 when it only travels.
    """

    kind: str
    translation: np.ndarray
    rotation: np.ndarray
    pivot: np.ndarray
    fingers: np.ndarray
    shake: np.ndarray
    follow: float


@dataclass(frozen=True)
class HandMoments:
    """The hand at N moments in crop-camera coordinates: rotations (N, 16, 3, 3), translation (N, 3) metres of the
    wrist, camera_shake (N, 3, 3) the camera's own turn, already part of both."""

    rotations: np.ndarray
    translation: np.ndarray
    camera_shake: np.ndarray

    def axis_angles(self) -> tuple[np.ndarray, np.ndarray]:
        """global_orient (N, 3) and hand_pose (N, 45)."""
        axis_angle = matrix_to_axis_angle(self.rotations)
        return axis_angle[:, 0], axis_angle[:, 1:].reshape(-1, 45)


def moment_times(count: int) -> np.ndarray:
    """Times (count,) from -1 to 1; count is odd, so that the middle is among them."""
    return np.linspace(-1.0, 1.0, count)


def draw_kind(rng: np.random.Generator, config: SynthesisConfig) -> str:
    """One of MOTION_KINDS."""
    if rng.random() < config.still_fraction:
        return MOTION_KINDS[0]
    kinds = list(_KIND_WEIGHTS)
    return str(rng.choice(kinds, p=list(_KIND_WEIGHTS.values())))


def draw_blur(rng: np.random.Generator, kind: str, config: SynthesisConfig) -> float:
    """Wanted blur: the longest joint path in pixels of a 256 px crop."""
    if kind == "still":
        return float(rng.uniform(0.0, 1.0)) if rng.random() < 0.7 else 0.0
    if kind == "fingers":  # fingers alone do not travel farther than this in an exposure
        return float(rng.uniform(1.0, 45.0))
    if rng.random() < config.heavy_fraction:
        return float(rng.uniform(50.0, 80.0))
    return float(rng.uniform(1.0, 50.0))


def draw_motion(
    rng: np.random.Generator, kind: str, orient: np.ndarray, pose: np.ndarray, pose_prior, motion_prior
) -> MotionCurve:
    """A curve of the given kind around global rotation orient (3, 3) and pose (45,)."""
    part = {
        "still": (1.0, 0.5, 0.2, 0.3),
        "translation": (1.0, 0.15, 0.05, 0.0),
        "rotation": (0.1, 1.0, 0.08, 0.0),
        "fingers": (0.05, 0.1, 1.0, 0.0),
        "mixed": (*rng.uniform(0.15, 1.0, 3), 0.0 if rng.random() < 0.7 else 0.3),
        "camera_shake": (0.0, 0.0, 0.0, 1.0),
    }[kind]
    translation = part[0] * _smooth_curve(rng, 3) * np.array([1.0, 1.0, 0.7])
    rotation = part[1] * _smooth_curve(rng, 3) * 1.2
    # Hands turn about the wrist, or swing about the elbow, or anything between.
    pivot_share = 0.0 if rng.random() < 0.4 else rng.uniform(0.3, 1.0)
    if kind == "mixed" and rng.random() < 0.5:
        translation, rotation = _recorded_wrist(rng, motion_prior, orient)
        pivot_share = 0.0
    pivot = np.array([0.25 * pivot_share, 0.0, 0.0])
    fingers = part[2] * _finger_curve(rng, pose, pose_prior, motion_prior)
    shake = part[3] * _smooth_curve(rng, 3) * np.array([1.0, 1.0, 0.8])
    return MotionCurve(kind, translation, rotation, pivot, fingers, shake, float(pivot_share > 0))


def _smooth_curve(rng: np.random.Generator, width: int) -> np.ndarray:
    """Coefficients (3, width): mostly one direction, bent by a share of acceleration, some with a turning point."""
    first = rng.normal(size=width)
    first /= np.linalg.norm(first)
    second = rng.normal(size=width) * rng.uniform(0.0, 0.35)
    third = rng.normal(size=width) * rng.uniform(0.0, 0.12)
    if rng.random() < 0.08:
        first = first * 0.2
        second = second + _unit(rng, width) * 0.8
    return np.stack([first, second, third])


def _unit(rng: np.random.Generator, width: int) -> np.ndarray:
    value = rng.normal(size=width)
    return value / np.linalg.norm(value)


def _finger_curve(rng: np.random.Generator, pose: np.ndarray, pose_prior, motion_prior) -> np.ndarray:
    """Coefficients (3, 45): recorded finger motion, or a way toward another pose, whole hand or single fingers."""
    if rng.random() < 0.5:
        recorded = motion_prior.sample(rng, 1)
        toward = recorded.pose_velocity[0]
        bend = recorded.pose_acceleration[0]
        bend = bend / max(np.linalg.norm(bend), 1e-6) * rng.uniform(0.0, 0.5)
    else:
        toward = pose_prior.sample(rng, 1)[0] - pose
        bend = toward * 0.0
    if rng.random() < 0.35:
        keep = rng.random(5) < 0.4
        keep[rng.integers(5)] = True
        mask = np.repeat(keep, 9)
        if np.linalg.norm(toward * mask) > 1e-3 * np.linalg.norm(toward):
            toward, bend = toward * mask, bend * mask
    return np.stack([toward / max(np.linalg.norm(toward), 1e-6) * 2.0, bend, np.zeros(45)])


def _recorded_wrist(rng: np.random.Generator, motion_prior, orient: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Translation and rotation coefficients (3, 3) each with the ratio of turn to travel of a recorded moment."""
    recorded = motion_prior.sample(rng, 1)
    travel = np.stack([recorded.wrist_velocity[0], 0.5 * recorded.wrist_acceleration[0] * 0.03, np.zeros(3)]) / 0.45
    turn = np.stack(
        [recorded.wrist_angular_velocity[0], 0.5 * recorded.wrist_angular_acceleration[0] * 0.03, np.zeros(3)]
    )
    size = np.linalg.norm(travel[0]) + 0.15 * np.linalg.norm(turn[0])
    return travel @ orient.T / max(size, 1e-6), turn @ orient.T / max(size, 1e-6)


def move(
    curve: MotionCurve,
    amplitude: float,
    times: np.ndarray,
    global_orient: np.ndarray,
    pose: np.ndarray,
    translation: np.ndarray,
    clamp,
) -> HandMoments:
    """The hand at `times` (N,): around global_orient (3, 3), pose (45,), translation (3,), with clamp((N, 45)) keeping
    fingers within their limits."""
    powers = amplitude * times[:, None] ** _POWERS
    distance = float(np.linalg.norm(translation))
    turn = axis_angle_to_matrix(powers @ curve.rotation)
    orient = turn @ global_orient
    fingers = clamp(pose[None] + powers @ curve.fingers)
    pivot = global_orient @ curve.pivot
    position = translation + distance * (powers @ curve.translation) + pivot - np.einsum("nij,j->ni", turn, pivot)
    shake = axis_angle_to_matrix(powers @ curve.shake)
    rotations = np.concatenate([(shake @ orient)[:, None], axis_angle_to_matrix(fingers.reshape(-1, 15, 3))], axis=1)
    return HandMoments(rotations, np.einsum("nij,nj->ni", shake, position), shake)
