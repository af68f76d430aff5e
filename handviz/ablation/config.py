"""Configuration of the ablations. Light to import: no torch."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from handviz.network.config import SelectorConfig
from handviz.training.config import AugmentConfig
from handviz.training.loss_config import SelectionLossConfig

ALPHAS = (0.0, 0.25, 0.5, 0.75, 1.0)
REFERENCE = "ccr alpha=0.75 log"
"""The loss that the others are compared with, photo by photo."""


@dataclass(frozen=True)
class AblateSelectionConfig:
    """Train the same selector with every loss on the same frozen hypotheses, several seeds, and compare."""

    data: tuple[Path, ...]
    """Folders written by handviz synthesize, to train on."""
    out: Path
    """Folder of the run; finished seeds are kept and not trained again."""
    generator: Path | None = None
    """Weights of the generator; none for those shipped."""
    test: Path | None = None
    """Folder to test on; none for test-v1."""
    test_limit: int = 2000
    """Only so many crops of the test set."""
    seeds: int = 3
    """Seeds: each draws other first weights, other photos and other hypotheses to train on."""
    steps: int = 400
    """Optimiser steps of each selector."""
    batch_size: int = 32
    """Photos a step."""
    learning_rate: float = 1e-3
    """Peak rate of AdamW; cosine to 0."""
    hypotheses: int = 16
    """Hypotheses K of a photo, in training and test."""
    n: int = 4
    """Hypotheses selected, and labelled as good."""
    vertex_weight: float = 0.1
    """Weight of MPVPE beside MPJPE in the error that labels are made of."""
    bootstrap: int = 2000
    """Resamplings of the test photos for the intervals."""
    precision: Literal["float32", "bfloat16"] = "float32"
    """Of the frozen generator while others learn from it; tests are float32."""
    threads: int = 0
    """CPU threads of torch; 0 leaves its default."""
    device: str = "auto"
    """cpu, cuda, or auto."""
    network: SelectorConfig = field(default_factory=lambda: SelectorConfig(width=64, blocks=2))
    augment: AugmentConfig = field(default_factory=AugmentConfig)


@dataclass(frozen=True)
class AblateWitnessConfig:
    """Teach a head where hands were during exposures, and ask it which hypotheses explain a photo's smear."""

    data: tuple[Path, ...]
    """Folders written by handviz synthesize, to train the head on."""
    out: Path
    """Folder of the run."""
    weights: Path | None = None
    """Folder of generator and selector; none for those shipped."""
    test: Path | None = None
    """Folder to test on; none for test-v1."""
    test_limit: int = 500
    """Only so many crops of the test set."""
    validation: int = 256
    """Last samples of the data, kept from the head, on which the weights of each kind of evidence are fitted."""
    publish: bool = False
    """Also put the witness into the folder of weights, where predictions then use it."""
    steps: int = 600
    """Optimiser steps of the head."""
    batch_size: int = 16
    """Photos a step."""
    learning_rate: float = 2e-3
    """Peak rate of AdamW; cosine to 0."""
    hypotheses: int = 16
    """Hypotheses K of a photo."""
    n: int = 4
    """Hypotheses selected, and labelled as good."""
    bootstrap: int = 2000
    """Resamplings of the test photos for the intervals."""
    seed: int = 0
    """Of the head, the photos it learns from, and the hypotheses."""
    threads: int = 0
    """CPU threads of torch; 0 leaves its default."""
    device: str = "auto"
    """cpu, cuda, or auto."""
    augment: AugmentConfig = field(default_factory=AugmentConfig)


@dataclass(frozen=True)
class AblateSourcesConfig:
    """Train what makes hypotheses anew for each source, on the frozen features of trained weights, and compare."""

    data: tuple[Path, ...]
    """Folders written by handviz synthesize, to train on."""
    out: Path
    """Folder of the run."""
    generator: Path | None = None
    """Weights of the generator whose backbone and unfolder are read; none for those shipped."""
    blurhand: Path | None = None
    """Folder of the BlurHand data set, its training split mixed in."""
    blurhand_share: float = 0.5
    """Share of blurhand."""
    real_hands: Path | None = None
    """Folder of sharp real hand crops with joints, mixed in after a synthetic smear."""
    real_share: float = 0.2
    """Share of real_hands."""
    test: Path | None = None
    """Folder to test on; none for test-v1."""
    test_limit: int = 1000
    """Only so many crops of the test set."""
    crops: int = 12_000
    """Crops whose features are kept to learn from."""
    steps: int = 600
    """Optimiser steps of each source."""
    batch_size: int = 64
    """Photos a step."""
    learning_rate: float = 1e-3
    """Peak rate of AdamW; cosine to 0."""
    hypotheses: int = 8
    """Hypotheses K of a photo, in training and test."""
    seed: int = 0
    """Of the crops, the first weights and the hypotheses."""
    precision: Literal["float32", "bfloat16"] = "float32"
    """Of the frozen generator while others learn from it; tests are float32."""
    threads: int = 0
    """CPU threads of torch; 0 leaves its default."""
    device: str = "auto"
    """cpu, cuda, or auto."""
    augment: AugmentConfig = field(default_factory=AugmentConfig)


def variants() -> dict[str, SelectionLossConfig]:
    """Every loss the supplement argues about, by name."""
    found: dict[str, SelectionLossConfig] = {}
    for form in ("log", "printed"):
        for name in ("pointwise", "pairwise", "listwise"):
            found[f"{name} {form}"] = SelectionLossConfig(name=name, form=form)
        for alpha in ALPHAS:
            # The two ends are the ranking and the classifying part alone, the same as listwise and pointwise: they
            # are not trained a second time, `aliases` names them.
            if 0.0 < alpha < 1.0:
                found[f"ccr alpha={alpha:g} {form}"] = SelectionLossConfig(name="ccr", alpha=alpha, form=form)
    return found


def aliases() -> dict[str, str]:
    """Names of losses that equal another one, with that one's name."""
    return {
        f"ccr alpha={alpha:g} {form}": f"{same} {form}"
        for form in ("log", "printed")
        for alpha, same in ((0.0, "listwise"), (1.0, "pointwise"))
    }
