"""Which losses to train with. Light to import: no torch."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class SelectionLossConfig:
    """The loss of the selection network."""

    name: Literal["pointwise", "pairwise", "listwise", "ccr"] = "ccr"
    """pointwise, pairwise, listwise (ranking part alone) or ccr (classifying and ranking)."""
    alpha: float = 0.75
    """Share of the classifying part in ccr."""
    form: Literal["log", "printed"] = "log"
    """-log of the probabilities, or the probabilities themselves negated, as the supplement prints them."""


@dataclass(frozen=True)
class GeneratorLossConfig:
    """The loss of the generation network; `paper()` gives the published weights."""

    objective: Literal["energy", "winner"] = "energy"
    """Energy score over all hypotheses, or winner-takes-all as in the paper."""
    joints: float = 30.0
    """3D joints from the wrist, metres."""
    projection: float = 10.0
    """2D joints, crop widths."""
    parameters: float = 0.5
    """Rotation matrices and betas."""
    scale: float = 1.0
    """Log scale of the hand in the crop."""
    heat_map_joints: float = 8.0
    """2D joints of the heat maps, crop widths, in any temporal order."""
    landmarks: float = 4.0
    """The backbone's own landmarks at the middle timestep: crop widths, and metres times 10."""
    diversity: float = 0.01
    """exp(-distance / scale) between refined features; used with winner-takes-all."""
    diversity_scale: float = 100.0
    """The scale a in the diversity loss."""

    flow: float = 1.0
    """Squared error of velocities, in deviations of the true states; replaces the objective with the flow source."""
    denoised: float = 0.5
    """Squared error of the joints that noisy states lead to, weighted as above; used with the flow source."""

    @classmethod
    def paper(cls) -> "GeneratorLossConfig":
        """The published weights, with winner-takes-all."""
        return cls(objective="winner", joints=10.0, projection=2.0, parameters=1.0)
