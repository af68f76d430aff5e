"""Natural hand poses to draw from: statistics of recorded poses, mixed finger by finger, within limits and free of
self-contact. numpy only."""

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from handviz.errors import ModelFileError
from handviz.geometry.rotations import axis_angle_to_matrix
from handviz.hand.anatomy import FINGER_BASES, from_anatomical, to_anatomical
from handviz.hand.linear_skinning import pose_joints
from handviz.hand.self_contact import Capsules
from handviz.resources import models_dir

POSE_PRIOR = Path("hand") / "prior.npz"

_RECIPES = {"recorded": 0.45, "blended": 0.2, "mixed_fingers": 0.2, "curled": 0.15}
_JITTER = np.radians([3.0, 2.0, 1.0])
_TOUCH = 0.004
"""Overlap of capsules in metres that flesh gives way to."""


@dataclass(frozen=True)
class PosePrior:
    """Statistics of hand poses in anatomical angles (flexion, abduction, twist of joints 1 to 15, radians).

    axes (15, 3, 3); lower and upper limits (15, 3); mean (45,) and components (D, 45) of the subspace in which the
    mixture lives: weights (M,), means (M, D), factors (M, D, D) with covariance factor @ factor.T; rest_joints (16, 3)
    of the flat hand, metres; capsules for self-contact.
    """

    axes: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    mean: np.ndarray
    components: np.ndarray
    weights: np.ndarray
    means: np.ndarray
    factors: np.ndarray
    rest_joints: np.ndarray
    capsules: Capsules

    @classmethod
    def load(cls, path: Path | None = None) -> "PosePrior":
        """Read a prior written by save; None is the one that ships. Raises ModelFileError."""
        path = models_dir() / POSE_PRIOR if path is None else Path(path)
        try:
            with np.load(path, allow_pickle=False) as archive:
                capsules = Capsules(*(archive[f"capsule_{field.name}"] for field in fields(Capsules)))
                return cls(*(archive[field.name] for field in fields(cls)[:-1]), capsules)
        except (OSError, KeyError, ValueError) as error:
            raise ModelFileError(f"The pose prior {path} cannot be read ({error}); install handviz again.") from error

    def save(self, path: Path) -> None:
        """Write the statistics to an .npz file."""
        arrays = {field.name: getattr(self, field.name) for field in fields(self)[:-1]}
        arrays |= {f"capsule_{field.name}": getattr(self.capsules, field.name) for field in fields(Capsules)}
        np.savez_compressed(path, **arrays)

    def clamp(self, hand_pose: np.ndarray) -> np.ndarray:
        """hand_pose (..., 45) with every angle brought within its limits."""
        return from_anatomical(np.clip(to_anatomical(hand_pose, self.axes), self.lower, self.upper), self.axes)

    def overlap(self, hand_pose: np.ndarray) -> np.ndarray:
        """How deep (...) in metres the mean hand sinks into itself in hand_pose (..., 45); negative is free space."""
        rotations = axis_angle_to_matrix(hand_pose.reshape(*hand_pose.shape[:-1], 15, 3))
        wrist = np.broadcast_to(np.eye(3), (*rotations.shape[:-3], 1, 3, 3))
        joints, turned = pose_joints(self.rest_joints, np.concatenate([wrist, rotations], -3))
        return self.capsules.overlaps(joints, turned).max(-1)

    def sample(self, rng: np.random.Generator, n: int) -> np.ndarray:
        """Draw poses (n, 45), absolute axis-angle in MANO's order, within limits; no flesh sinks into flesh."""
        poses = np.empty((n, 45))
        missing = np.arange(n)
        for _ in range(20):
            drawn = self.clamp(from_anatomical(self._draw(rng, len(missing)), self.axes))
            poses[missing] = drawn
            missing = missing[self.overlap(drawn) > _TOUCH]
            if not len(missing):
                return poses
        # What twenty draws did not bring is opened towards the mean pose.
        relaxed = self.clamp(from_anatomical(self.mean.reshape(15, 3), self.axes))
        for _ in range(8):
            poses[missing] = 0.5 * (poses[missing] + relaxed)
            missing = missing[self.overlap(poses[missing]) > _TOUCH]
        return poses

    def _draw(self, rng: np.random.Generator, n: int) -> np.ndarray:
        """Anatomical angles (n, 15, 3), not yet limited."""
        first, second, third = (self._draw_mixture(rng, n) for _ in range(3))
        recipe = rng.choice(len(_RECIPES), n, p=list(_RECIPES.values()))
        share = rng.random((n, 1, 1))
        blended = share * first + (1.0 - share) * second
        mixed = np.where(np.repeat(rng.random((n, 5, 1)) < 0.5, 3, axis=1), first, third)
        curled = self._draw_curled(rng, n, thumb=second[:, 12:])
        angles = np.choose(recipe[:, None, None], [first, blended, mixed, curled])
        return angles + _JITTER * rng.standard_normal((n, 15, 3))

    def _draw_mixture(self, rng: np.random.Generator, n: int) -> np.ndarray:
        chosen = rng.choice(len(self.weights), n, p=self.weights)
        noise = rng.standard_normal((n, self.means.shape[1]))
        inside = self.means[chosen] + np.einsum("nab,nb->na", self.factors[chosen], noise)
        return (self.mean + inside @ self.components).reshape(n, 15, 3)

    def _draw_curled(self, rng: np.random.Generator, n: int, thumb: np.ndarray) -> np.ndarray:
        """Fingers curled each by its own amount around a common one: open hands, points, hooks and fists in between."""
        angles = np.zeros((n, 15, 3))
        common = rng.beta(0.7, 0.7, (n, 1))
        loose = rng.beta(0.5, 0.5, (n, 4))
        curl = np.where(rng.random((n, 1)) < 0.5, np.clip(common + 0.12 * rng.standard_normal((n, 4)), 0.0, 1.0), loose)
        spread = rng.normal(0.0, 0.15, (n, 1))
        for finger, base in enumerate(FINGER_BASES[:4]):
            amount = curl[:, finger]
            knuckle = rng.uniform(0.4, 1.0, n)
            angles[:, base - 1, 0] = -0.1 + 1.55 * amount * knuckle
            angles[:, base, 0] = 1.75 * amount * rng.uniform(0.6, 1.0, n)
            angles[:, base + 1, 0] = angles[:, base, 0] * rng.uniform(0.3, 0.7, n)
            side = (1.0, 0.2, -1.0, -0.5)[finger]
            fold = np.array((-0.12, 0.0, 0.3, 0.15))[finger]
            # Splayed where straight; folded fingers turn towards the palm's middle.
            angles[:, base - 1, 1] = (1.0 - amount) * side * spread[:, 0] + amount * fold
        angles[:, 12:] = thumb
        return angles
