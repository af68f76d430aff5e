"""Training the selection network: `handviz train selector --data DIR --generator WEIGHTS --out RUN`."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor, nn

from handviz.errors import InputError
from handviz.hand.model import HandModel
from handviz.network.files import SELECTOR_FILE, load_generator, load_selector, save_network
from handviz.network.generator import Generator, HypothesisBatch
from handviz.network.growing import grow_selector
from handviz.network.kinematics import JointKinematics, project_crop
from handviz.network.selector import Selector, reading
from handviz.network.unfolder import ImageFeatures
from handviz.training.batches import Batch, BatchStream
from handviz.training.config import TrainSelectorConfig, save_config, to_json
from handviz.training.generator_losses import Truth
from handviz.training.loop import Ranks, train
from handviz.training.mixing import draw
from handviz.training.selection_losses import labels_of_best, selection_loss
from handviz.training.sources import FolderSource


def sequence_errors(
    hand: HandModel, batch: HypothesisBatch, joints: Tensor, truth: Truth, vertex_weight: float
) -> Tensor:
    """Error (B, K) of whole sequences: mean over timesteps of MPJPE + vertex_weight * MPVPE in mm, in the temporal
    order that fits better, since the photo holds no arrow of time."""

    def distance(points: Tensor, target: Tensor) -> Tensor:
        return 1000.0 * (points - target[:, None]).norm(dim=-1).mean((-2, -1))

    forward, backward = distance(joints, truth.joints), distance(joints.flip(2), truth.joints)
    if vertex_weight > 0:
        timesteps = batch.rotations.shape[2]
        vertices = hand(batch.rotations, batch.betas[:, :, None].expand(-1, -1, timesteps, -1)).vertices
        target = hand(truth.rotations, truth.betas[:, None].expand(-1, timesteps, -1)).vertices
        # Where only joints are known, they alone say how good a hypothesis is.
        weight = vertex_weight * truth.has_parameters[:, None]
        forward = forward + weight * distance(vertices, target)
        backward = backward + weight * distance(vertices.flip(2), target)
    return torch.minimum(forward, backward)


@dataclass
class JudgedHypotheses:
    """K hypotheses of a frozen generator for each of B crops, with what the truth says of them."""

    features: ImageFeatures
    hypotheses: HypothesisBatch
    joints: Tensor
    """(B, K, T, 21, 3) metres, relative to the wrist."""
    joints_2d: Tensor
    """(B, K, T, 21, 2) crop coordinates 0..1."""
    errors: Tensor
    """(B, K) mm, of whole sequences, in the temporal order that fits better."""


@torch.no_grad()
def judge(
    generator: Generator,
    hand: HandModel,
    kinematics: JointKinematics,
    batch: Batch,
    count: int,
    vertex_weight: float,
    rng: torch.Generator | None = None,
    others: Sequence[Generator] = (),
    other_share: float = 0.0,
    perturbed: float = 0.0,
) -> JudgedHypotheses:
    """Draw `count` hypotheses for each crop of a batch and measure them; rng (CPU) makes the draw repeatable.

    others make a share of them, and some are perturbed (mixing.draw).
    """
    device = batch.images.device
    for module in (generator, hand, kinematics, *others):
        module.to(device)
    focal = batch.truth.crop_focal
    features, hypotheses = draw(generator, kinematics, others, batch, count, other_share, perturbed, rng)
    hypotheses = replace(hypotheses, rotations=hypotheses.rotations.float())
    with torch.autocast(device.type, enabled=False):
        joints = kinematics(hypotheses.rotations, hypotheses.betas[:, :, None])
        joints_2d = project_crop(joints + hypotheses.translation(focal)[..., None, :], focal)
        errors = sequence_errors(hand, hypotheses, joints, batch.truth, vertex_weight)
    return JudgedHypotheses(features, hypotheses, joints, joints_2d, errors)


class SelectorTask:
    """Loss of a selection network on the hypotheses of a frozen generator."""

    def __init__(
        self,
        config: TrainSelectorConfig,
        network: Selector,
        generator: Generator,
        hand: HandModel,
        others: Sequence[Generator] = (),
    ) -> None:
        self.config, self.network, self.generator, self.hand, self.others = config, network, generator, hand, others
        self.kinematics = JointKinematics(hand)

    def loss(self, network: nn.Module, batch: Batch, step: int) -> tuple[Tensor, dict[str, float]]:
        """The selection loss on a batch, with the share of the true best found among the selected."""
        fewest, most = self.config.hypotheses
        count = int(np.random.default_rng([self.config.loop.seed, step]).integers(fewest, most + 1))
        config = self.config
        judged = judge(
            self.generator, self.hand, self.kinematics, batch, count, config.vertex_weight, None, self.others,
            config.other_share, config.perturbed,
        )  # fmt: skip
        errors = judged.errors
        n = max(1, round(self.config.best_share * count))
        labels = labels_of_best(errors, n)
        selector = network.module if isinstance(network, nn.parallel.DistributedDataParallel) else network
        read = selector.features(batch.images, batch.told_focal, judged.features)
        mu, nu = network(read, judged.hypotheses, judged.joints, judged.joints_2d)
        loss = selection_loss(self.config.loss, mu, nu, labels, errors)
        with torch.no_grad():
            order = (nu - mu).argsort(-1)
            hits = labels.gather(-1, order[:, :n]).mean()
            chosen = errors.gather(-1, order)
            gap = (errors.mean() - chosen[:, :n].mean()) / (errors.mean() - errors.sort(-1).values[:, :n].mean())
            figures = {
                "loss": loss, "hit": hits, "mean_of_n_gap_closed": gap, "top1_mm": chosen[:, 0].mean(),
                "mean_mm": errors.mean(), "best_mm": errors.min(-1).values.mean(),
            }  # fmt: skip
        return loss, {name: value.item() for name, value in figures.items()}

    def picture(self, network: nn.Module, batch: Batch) -> Tensor | None:
        """A selector makes no picture."""
        return None

    def parameter_groups(self) -> Iterable[tuple[list[nn.Parameter], float]]:
        """All parameters at the full rate."""
        yield list(self.network.parameters()), 1.0


def train_selector(config: TrainSelectorConfig, report: Callable[[str], None] = print) -> None:
    """Train, or resume, and write RUN/selector.safetensors. Raises HandvizError on unusable input."""
    fewest, most = config.hypotheses
    if not 2 <= fewest <= most:
        raise InputError(
            f"--hypotheses {fewest} {most} is no range of at least two hypotheses; give two numbers, low first."
        )
    if not (0.0 <= config.other_share < 1.0 and 0.0 <= config.perturbed <= 1.0):
        raise InputError("--other-share must be at least 0 and below 1, --perturbed from 0 to 1.")
    config.out.mkdir(parents=True, exist_ok=True)
    save_config(config, config.out)
    generator = load_generator(config.generator)
    torch.manual_seed(config.loop.seed)
    wanted = reading(config.network, generator)
    network = Selector(wanted)
    if config.initial is not None:
        initial = load_selector(config.initial)
        if replace(initial.config, landmarks=wanted.landmarks) != wanted:
            raise InputError(f"{config.initial} is a selector of other settings; start anew, or name one that fits.")
        network = grow_selector(initial, generator)
    others = [load_generator(path) for path in config.others]
    task = SelectorTask(config, network, generator, HandModel.load(), others)
    loop = config.loop
    stream = BatchStream(
        [FolderSource.of(config.data)], [1.0], loop.batch_size, generator.config.image_size, config.augment, loop.seed
    )
    notes = to_json(config)
    train(
        task, stream, loop, config.out, report,
        publish=lambda average: save_network(average, config.out / SELECTOR_FILE, training=notes),
    )  # fmt: skip
    if Ranks.from_environment().rank == 0:
        report(f"wrote {config.out / SELECTOR_FILE}")
