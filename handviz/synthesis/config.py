"""What the generator may draw, as plain data, and the frozen test split."""

from dataclasses import dataclass
from pathlib import Path

MOTION_KINDS = ("still", "translation", "rotation", "fingers", "mixed", "camera_shake")
"""What moves during the exposure; stored in shards as the index into this tuple."""

GENERATOR_VERSION = 2
"""Raised with every change that alters samples; datasets of different versions do not mix."""

TEST_V1_SEED = 4_021_733
TEST_V1_COUNT = 2_000
TEST_V1_SIZE = 256
"""test-v1 is samples 0..1999 of this seed, rendered with the test split's skins, panoramas and photographs."""


@dataclass(frozen=True)
class SynthesisConfig:
    """How blurry photographs of hands are drawn. Fractions are probabilities per sample."""

    size: int = 160
    """Side of the square crop in pixels. The truth of a sample does not depend on it."""
    split: str = "train"
    """"train" or "test-v1": which skins, panoramas and photographs may be used."""
    enrich: Path | None = None
    """Folder of recordings whose full-size skins join the training split; never used by test-v1."""
    moments_min: int = 17
    moments_max: int = 33
    """Moments averaged per exposure, always odd; more of them for longer blur."""
    jitter: bool = True
    """Shift each moment within its pixel, which smooths edges."""
    develop: bool = True
    """Noise, softness, resolution loss and JPEG; off, the averaged light is only brought to sRGB."""
    margin_min: float = 1.3
    margin_max: float = 1.9
    """The crop's side in sides of the box around the hand's joints."""
    still_fraction: float = 0.10
    heavy_fraction: float = 0.15
    """Share of moving samples whose blur is 50 to 80 px of a 256 px crop; the others spread evenly up to 50 px."""
    free_view_fraction: float = 0.5
    """Share of views drawn evenly from all rotations; the others are how hands are commonly seen."""
    sleeve_fraction: float = 0.6
    occluder_fraction: float = 0.18
    held_fraction: float = 0.12
    other_hand_fraction: float = 0.10
    furniture_fraction: float = 0.4
    """Share of backgrounds with plain shapes before them."""
    person_fraction: float = 0.45
    """Share of backgrounds in which clothes or a face stand behind the hand."""

    def __post_init__(self) -> None:
        if self.split not in ("train", "test-v1"):
            raise ValueError(f"split must be train or test-v1, not {self.split!r}")
        if self.moments_min % 2 == 0 or self.moments_max % 2 == 0 or self.moments_max < self.moments_min:
            raise ValueError("moments_min and moments_max must be odd and in order")
