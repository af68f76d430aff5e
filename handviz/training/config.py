"""Training configurations, saved with each run. Light to import: no torch."""

import json
from dataclasses import asdict, dataclass, field, is_dataclass
from pathlib import Path
from typing import Any, Literal

from handviz.errors import InputError
from handviz.files import atomic_write
from handviz.network.config import GeneratorConfig, SelectorConfig
from handviz.training.loss_config import GeneratorLossConfig, SelectionLossConfig

CONFIG_FILE = "config.json"


@dataclass(frozen=True)
class AugmentConfig:
    """Changes made to each sample as it is read; geometric ones change its truth exactly."""

    unframed: float = 0.25
    """Share of samples left in their crop's own frame and turned by any angle, as a first look meets them."""
    upright_degrees: float = 18.0
    """Standard deviation of the turn from upright in the others, which are framed as a second look frames them."""
    shift: float = 0.04
    """Standard deviation of the shift in picture sides."""
    zoom: float = 0.2
    """Zoom, uniform in +- this on a log scale."""
    colour: float = 0.25
    """Strength of gains, contrast and saturation changes."""
    noise: float = 0.03
    """Largest standard deviation of added noise, of full scale."""
    focal_noise: float = 0.2
    """Standard deviation of the log of the focal length told to the network against the true one."""


@dataclass(frozen=True)
class LoopConfig:
    """How long and how fast."""

    steps: int = 20_000
    """Optimiser steps in all."""
    batch_size: int = 32
    """Photos a step on each process."""
    learning_rate: float = 3e-4
    """Peak learning rate of AdamW; cosine to 0 after the warm-up."""
    backbone_rate: float = 0.5
    """Learning rate of the backbone, as a share of the peak."""
    weight_decay: float = 1e-4
    """AdamW's weight decay."""
    warmup_steps: int = 500
    """Steps of linear warm-up."""
    clip_norm: float = 5.0
    """Largest norm of the gradient."""
    ema_decay: float = 0.999
    """Decay of the averaged weights, which are the ones saved for use."""
    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    """auto: bfloat16 autocast on CUDA, float32 on the CPU."""
    device: str = "auto"
    """cpu, cuda, or auto."""
    threads: int = 0
    """CPU threads of torch; 0 leaves its default."""
    seed: int = 0
    """All randomness of a run follows from it and the step."""
    log_every: int = 50
    """Steps between lines of the log."""
    picture_every: int = 1000
    """Steps between pictures for TensorBoard."""
    checkpoint_every: int = 500
    """Steps between checkpoints."""


@dataclass(frozen=True)
class TrainGeneratorConfig:
    """Train the generation network."""

    data: tuple[Path, ...]
    """Folders written by handviz synthesize."""
    out: Path
    """Folder of the run; training resumes from its last checkpoint."""
    blurhand: Path | None = None
    """Folder of the BlurHand data set, its training split mixed in; only joints are learned from it."""
    blurhand_share: float = 0.5
    """Share of each batch taken from blurhand."""
    real_hands: Path | None = None
    """Folder of sharp real hand crops with joints (labels.npz, crops/), mixed in after a synthetic smear."""
    real_share: float = 0.25
    """Share of each batch taken from real_hands."""
    backbone_weights: Path | None = None
    """Published weights: .safetensors or .pth with torchvision's names, or the hand landmark network's .onnx."""
    frozen_stride: Literal[0, 8, 16] = 0
    """Leave the backbone's layers up to this stride as they are; 0 trains all. Of a twin, those of its first part."""
    frozen_trunk: bool = True
    """Leave the landmark network's trunk in a twin as published."""
    initial: Path | None = None
    """A generator to start from; one with fewer inputs, its backbone being the twin's first part, will do."""
    hypotheses: int = 8
    """Hypotheses for each photo while training with the noise source; embeddings train all of theirs."""
    network: GeneratorConfig = field(default_factory=GeneratorConfig)
    loss: GeneratorLossConfig = field(default_factory=GeneratorLossConfig)
    augment: AugmentConfig = field(default_factory=AugmentConfig)
    loop: LoopConfig = field(default_factory=LoopConfig)


@dataclass(frozen=True)
class TrainSelectorConfig:
    """Train the selection network on the hypotheses of a trained generator."""

    data: tuple[Path, ...]
    """Folders written by handviz synthesize."""
    out: Path
    """Folder of the run; training resumes from its last checkpoint."""
    generator: Path
    """Weights of the generator."""
    initial: Path | None = None
    """A selector to start from, of a generator alike."""
    others: tuple[Path, ...] = ()
    """Further generators, such as earlier checkpoints, whose hypotheses are judged as well."""
    other_share: float = 0.25
    """Share of the hypotheses that they make."""
    perturbed: float = 0.1
    """Share of the hypotheses that are knocked out of place."""
    hypotheses: tuple[int, int] = (8, 24)
    """Fewest and most hypotheses a photo; drawn for each step."""
    best_share: float = 0.25
    """Share of hypotheses labelled as good (n of K)."""
    vertex_weight: float = 0.1
    """Weight of MPVPE beside MPJPE in the error that labels are made of; 0 spares the mesh."""
    network: SelectorConfig = field(default_factory=SelectorConfig)
    loss: SelectionLossConfig = field(default_factory=SelectionLossConfig)
    augment: AugmentConfig = field(default_factory=AugmentConfig)
    loop: LoopConfig = field(default_factory=lambda: LoopConfig(steps=6000, learning_rate=5e-4))


@dataclass(frozen=True)
class TrainTrustConfig:
    """Train how far a generator's landmarks are to be trusted."""

    data: tuple[Path, ...]
    """Folders written by handviz synthesize; best those that the generator was not trained on."""
    out: Path
    """Folder of the run."""
    generator: Path
    """Weights of the generator."""
    real_hands: Path | None = None
    """Folder of sharp real hand crops with joints, smeared by known lengths."""
    rendered: int = 2400
    """Only so many rendered crops, the last ones."""
    real: int = 3200
    """So many smears of real crops."""
    hypotheses: int = 16
    """Hypotheses K whose mean is to become better."""
    memory: float = 1.45
    """How much larger the generator's error is on real crops that it was not trained on; 1 if it saw none of these."""
    doubt_2d: float = 0.02
    """What landmarks are moved by while learning, picture sides: the reference of real crops is their own answer."""
    doubt: float = 0.006
    """The same in metres an axis."""
    width: int = 48
    """Hidden channels."""
    epochs: int = 20
    """Times that all samples are seen."""
    batch_size: int = 128
    """Crops a step."""
    learning_rate: float = 2e-3
    """Peak rate of AdamW, in one cycle."""
    weight_decay: float = 1e-2
    """AdamW's weight decay."""
    seed: int = 0
    """Of smears, hypotheses and learning."""
    threads: int = 0
    """CPU threads of torch; 0 leaves its default."""
    device: str = "auto"
    """cpu, cuda, or auto."""


def to_json(config: Any) -> str:
    """Any of these dataclasses as readable JSON."""
    assert is_dataclass(config) and not isinstance(config, type)
    return json.dumps(asdict(config), indent=2, default=str) + "\n"


def save_config(config: Any, out: Path) -> None:
    """Write the configuration into the run's folder; a run resumed with another one is refused (InputError)."""
    text = to_json(config)
    path = out / CONFIG_FILE
    if path.exists() and path.read_text() != text:
        raise InputError(f"{path} holds another configuration than the one asked for; choose a new folder with --out.")
    with atomic_write(path, "w") as file:
        file.write(text)
