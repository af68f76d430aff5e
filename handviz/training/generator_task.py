"""Training the generation network: `handviz train generator --data DIR --out RUN`."""

from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor, nn

from handviz.datasets.blurhand import BlurHandDataset
from handviz.errors import InputError
from handviz.geometry.skeleton import WRIST
from handviz.hand.model import HandModel
from handviz.network.backbone import Backbone
from handviz.network.files import GENERATOR_FILE, load_generator, save_network
from handviz.network.flow import FlowTarget, pack_state
from handviz.network.generator import Generator
from handviz.network.growing import grow_generator
from handviz.network.kinematics import JointKinematics, project_crop
from handviz.network.twin import TwinBackbone
from handviz.network.unfolder import ImageFeatures
from handviz.training.backbone_weights import load_backbone_weights
from handviz.training.batches import Batch, BatchStream, CropSource
from handviz.training.config import TrainGeneratorConfig, save_config, to_json
from handviz.training.generator_losses import Truth, error_figures, generator_loss
from handviz.training.loop import Ranks, train
from handviz.training.pictures import draw_hypotheses
from handviz.training.real_hands import RealHandSource
from handviz.training.sources import FolderSource

_SAMPLED = 8
"""Photos of a batch whose hypotheses are made for the log while a flow is trained."""


class GeneratorTask:
    """Loss, picture and learning rates of a generation network."""

    def __init__(self, config: TrainGeneratorConfig, network: Generator, kinematics: JointKinematics) -> None:
        self.config, self.network, self.kinematics = config, network, kinematics
        by_embedding = network.config.source == "embedding"
        self.hypotheses = network.config.embeddings if by_embedding else config.hypotheses

    def loss(self, network: nn.Module, batch: Batch, step: int) -> tuple[Tensor, dict[str, float]]:
        """The generation loss on a batch and its parts."""
        self.kinematics.to(batch.images.device)
        target = None
        if self.network.config.source == "flow":
            truth = batch.truth
            state = pack_state(truth.rotations, truth.joints_2d[:, :, WRIST].clamp(-1.0, 2.0), truth.log_scale)
            target = FlowTarget(state, truth.has_parameters)
        features, hypotheses = network(batch.images, batch.told_focal, self.hypotheses, target=target)
        with torch.autocast(batch.images.device.type, enabled=False):
            loss, figures = generator_loss(self.config.loss, self.kinematics, features, hypotheses, batch.truth)
        return loss, figures if target is None else figures | self._sampled_figures(features, batch.truth)

    @torch.no_grad()
    def _sampled_figures(self, features: ImageFeatures, truth: Truth) -> dict[str, float]:
        """Errors of whole hypotheses of a few photos: a flow is trained on single steps, which say nothing of them."""
        features, truth = (
            replace(part, **{f.name: v[:_SAMPLED] for f in fields(part) if (v := getattr(part, f.name)) is not None})
            for part in (features, truth)
        )
        hypotheses = self.network.hypothesise(features, self.hypotheses)
        joints = self.kinematics(hypotheses.rotations, hypotheses.betas[:, :, None])
        return error_figures(joints, truth)

    @torch.no_grad()
    def picture(self, network: nn.Module, batch: Batch) -> Tensor:
        """Middle joints of a few hypotheses over a few photos."""
        network.eval()
        shown = 6
        focal = batch.truth.crop_focal[:shown]
        _, hypotheses = network(batch.images[:shown], batch.told_focal[:shown], self.hypotheses)
        joints = self.kinematics(hypotheses.rotations, hypotheses.betas[:, :, None])
        joints_2d = project_crop(joints + hypotheses.translation(focal)[..., None, :], focal)
        return draw_hypotheses(batch.images[:shown].cpu(), joints_2d[:, :4].cpu(), batch.truth.joints_2d[:shown].cpu())

    def parameter_groups(self) -> Iterable[tuple[list[nn.Parameter], float]]:
        """The backbone at its own rate, the rest at the full one."""
        backbone = list(self.network.backbone.parameters())
        inside = {id(parameter) for parameter in backbone}
        yield [p for p in backbone if p.requires_grad], self.config.loop.backbone_rate
        yield [p for p in self.network.parameters() if id(p) not in inside], 1.0


class DataConfig(Protocol):
    """The part of a configuration that names data, described in TrainGeneratorConfig."""

    @property
    def data(self) -> tuple[Path, ...]: ...
    @property
    def blurhand(self) -> Path | None: ...
    @property
    def blurhand_share(self) -> float: ...
    @property
    def real_hands(self) -> Path | None: ...
    @property
    def real_share(self) -> float: ...


def crop_sources(config: DataConfig) -> tuple[list[CropSource], list[float]]:
    """Where crops come from, and in which shares. Raises InputError for unusable folders or shares."""
    extra: list[tuple[CropSource, float]] = []
    if config.blurhand is not None:
        extra.append((FolderSource(BlurHandDataset(config.blurhand, "train")), config.blurhand_share))
    if config.real_hands is not None:
        extra.append((RealHandSource(config.real_hands), config.real_share))
    rest = 1.0 - sum(share for _, share in extra)
    if rest < 0.0 or any(share < 0.0 for _, share in extra):
        raise InputError("--blurhand-share and --real-share must not be negative nor add up to more than 1.")
    return [FolderSource.of(config.data), *(source for source, _ in extra)], [rest, *(share for _, share in extra)]


def first_network(config: TrainGeneratorConfig) -> Generator:
    """What training starts from: published weights or random ones, a trained generator, or one that is grown.

    Raises HandvizError when the files are not there or do not fit.
    """
    if config.initial is None:
        network = Generator(config.network)
    else:
        network = load_generator(config.initial).requires_grad_(True)
        network.trust = None  # learned for the weights as they were
        if network.config.backbone == config.network.backbone or config.network.backbone != "twin":
            return network
        network = grow_generator(network)
    if config.backbone_weights is not None:
        load_backbone_weights(network.backbone, config.backbone_weights)
    elif config.network.backbone == "twin" and config.initial is not None:
        raise InputError("A twin needs its trunk's weights: --backbone-weights models/detector/hand_landmark_full.onnx")
    return network


def freeze(backbone: Backbone, config: TrainGeneratorConfig) -> None:
    """Leave layers out of the training as configured. Raises InputError for a backbone whose layers cannot be told."""
    layers = backbone.early_layers(config.frozen_stride)
    if config.frozen_stride and not layers:
        raise InputError("This backbone is trained as a whole; leave --frozen-stride out.")
    if config.frozen_trunk and isinstance(backbone, TwinBackbone):
        layers = [*layers, backbone.hands]
    for layer in layers:
        layer.requires_grad_(False)


def train_generator(config: TrainGeneratorConfig, report: Callable[[str], None] = print) -> None:
    """Train, or resume, and write RUN/generator.safetensors. Raises HandvizError on unusable input."""
    config.out.mkdir(parents=True, exist_ok=True)
    save_config(config, config.out)
    torch.manual_seed(config.loop.seed)
    network = first_network(config)
    freeze(network.backbone, config)
    task = GeneratorTask(config, network, JointKinematics(HandModel.load()))
    sources, shares = crop_sources(config)
    loop = config.loop
    stream = BatchStream(sources, shares, loop.batch_size, network.config.image_size, config.augment, loop.seed)
    notes = to_json(config)
    train(
        task, stream, loop, config.out, report,
        publish=lambda average: save_network(average, config.out / GENERATOR_FILE, training=notes),
    )  # fmt: skip
    if Ranks.from_environment().rank == 0:
        report(f"wrote {config.out / GENERATOR_FILE}")
