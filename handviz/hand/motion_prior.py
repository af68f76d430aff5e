"""How fast hands move: statistics of recorded motion to draw velocities and accelerations from. numpy only."""

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from handviz.errors import ModelFileError
from handviz.resources import models_dir

MOTION_PRIOR = Path("hand") / "motion.npz"


@dataclass(frozen=True)
class MotionSample:
    """Motion at one moment, (n, ...) each.

    pose_velocity (n, 45) rad/s is the change of the axis-angle hand_pose; wrist_angular_velocity (n, 3) rad/s and
    wrist_velocity (n, 3) m/s are in the hand's own frame (fingers -X, back +Y, thumb +Z); the accelerations follow the
    same order in rad/s^2 and m/s^2.
    """

    pose_velocity: np.ndarray
    wrist_angular_velocity: np.ndarray
    wrist_velocity: np.ndarray
    pose_acceleration: np.ndarray
    wrist_angular_acceleration: np.ndarray
    wrist_acceleration: np.ndarray


@dataclass(frozen=True)
class MotionPrior:
    """Heavy-tailed statistics of four quantities: velocity and acceleration of the fingers, and of the wrist.

    The fingers move in a subspace, components (D, 45); the wrist's six numbers are angular then linear, the linear ones
    divided by wrist_unit (m per rad). Each quantity is a size times a direction: *_sizes (Q,) are quantiles of the size
    at evenly spaced probabilities, *_factor gives directions whose squares add up to their number; size_factor (4, 4)
    ties the four sizes together (finger velocity, wrist velocity, finger acceleration, wrist acceleration).
    """

    components: np.ndarray
    wrist_unit: np.ndarray
    finger_velocity_sizes: np.ndarray
    wrist_velocity_sizes: np.ndarray
    finger_acceleration_sizes: np.ndarray
    wrist_acceleration_sizes: np.ndarray
    finger_velocity_factor: np.ndarray
    wrist_velocity_factor: np.ndarray
    finger_acceleration_factor: np.ndarray
    wrist_acceleration_factor: np.ndarray
    size_factor: np.ndarray

    @classmethod
    def load(cls, path: Path | None = None) -> "MotionPrior":
        """Read statistics written by save; None are those that ship. Raises ModelFileError."""
        path = models_dir() / MOTION_PRIOR if path is None else Path(path)
        try:
            with np.load(path, allow_pickle=False) as archive:
                return cls(*(archive[field.name] for field in fields(cls)))
        except (OSError, KeyError, ValueError) as error:
            raise ModelFileError(f"The motion prior {path} cannot be read ({error}); install handviz again.") from error

    def save(self, path: Path) -> None:
        """Write the statistics to an .npz file."""
        np.savez_compressed(path, **{field.name: getattr(self, field.name) for field in fields(self)})

    def sample(self, rng: np.random.Generator, n: int) -> MotionSample:
        """Draw n moments of motion as recorded: still hands often, fast ones seldom."""
        tied = rng.standard_normal((n, 4)) @ self.size_factor.T
        finger_v, wrist_v, finger_a, wrist_a = (
            _size(tied[:, index], sizes)[:, None] * _direction(rng, n, factor)
            for index, (sizes, factor) in enumerate(
                (
                    (self.finger_velocity_sizes, self.finger_velocity_factor),
                    (self.wrist_velocity_sizes, self.wrist_velocity_factor),
                    (self.finger_acceleration_sizes, self.finger_acceleration_factor),
                    (self.wrist_acceleration_sizes, self.wrist_acceleration_factor),
                )
            )
        )
        return MotionSample(
            finger_v @ self.components,
            wrist_v[:, :3],
            wrist_v[:, 3:] * self.wrist_unit,
            finger_a @ self.components,
            wrist_a[:, :3],
            wrist_a[:, 3:] * self.wrist_unit,
        )


def _size(normal: np.ndarray, quantiles: np.ndarray) -> np.ndarray:
    """Sizes (n,) at the probabilities of standard normal numbers (n,)."""
    # The logistic function stands in for the normal's distribution function: within 0.01 of it.
    probability = 1.0 / (1.0 + np.exp(-1.702 * normal))
    return np.interp(probability, np.linspace(0.0, 1.0, len(quantiles)), quantiles)


def _direction(rng: np.random.Generator, n: int, factor: np.ndarray) -> np.ndarray:
    noise = rng.standard_normal((n, len(factor)))
    noise *= np.sqrt(len(factor)) / np.linalg.norm(noise, axis=1, keepdims=True)
    return noise @ factor.T
