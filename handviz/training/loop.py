"""The training loop shared by both networks: resumable at any step, on one device or several by torchrun."""

import copy
import math
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor, nn

from handviz.errors import HandvizError
from handviz.inference.devices import choose_device
from handviz.training.batches import Batch, BatchStream
from handviz.training.checkpoints import CHECKPOINT_FILE, load_checkpoint, save_checkpoint
from handviz.training.config import LoopConfig

_BETAS = (0.9, 0.99)


class Task(Protocol):
    """What a network needs to be trained: its loss on a batch, and a picture for the log."""

    network: nn.Module

    def loss(self, network: nn.Module, batch: Batch, step: int) -> tuple[Tensor, dict[str, float]]:
        """Scalar loss and figures for the log."""
        ...

    def picture(self, network: nn.Module, batch: Batch) -> Tensor | None:
        """A picture (3, H, W) in 0..1 of what the network does, or None."""
        ...

    def parameter_groups(self) -> Iterable[tuple[list[nn.Parameter], float]]:
        """Parameters with their share of the learning rate."""
        ...


@dataclass(frozen=True)
class Ranks:
    """This process among those of torchrun."""

    rank: int
    world: int
    local: int

    @classmethod
    def from_environment(cls) -> "Ranks":
        """As torchrun tells; one process without it."""
        return cls(
            *(
                int(os.environ.get(name, default))
                for name, default in (("RANK", 0), ("WORLD_SIZE", 1), ("LOCAL_RANK", 0))
            )
        )


def learning_rate_factor(step: int, config: LoopConfig) -> float:
    """Linear warm-up, then cosine to 0."""
    if step < config.warmup_steps:
        return (step + 1) / config.warmup_steps
    progress = (step - config.warmup_steps) / max(config.steps - config.warmup_steps, 1)
    return 0.5 * (1.0 + math.cos(math.pi * min(progress, 1.0)))


def train(
    task: Task,
    stream: BatchStream,
    config: LoopConfig,
    out: Path,
    report: Callable[[str], None] = print,
    publish: Callable[[nn.Module], None] = lambda average: None,
) -> nn.Module:
    """Train from the last checkpoint in `out` to config.steps and return the averaged network.

    publish gets the averaged network at every checkpoint, so that a run can be looked at while it goes on.

    Raises HandvizError when the loss stops being a number.
    """
    ranks = Ranks.from_environment()
    if config.threads:
        torch.set_num_threads(config.threads)
    device = choose_device(config.device)
    if device.type == "cuda" and device.index is None:
        device = torch.device("cuda", ranks.local)
    if ranks.world > 1 and not torch.distributed.is_initialized():
        torch.distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    network = task.network.to(device, memory_format=torch.channels_last)
    average = copy.deepcopy(network).requires_grad_(False)
    groups = [
        {"params": p, "lr": config.learning_rate * share, "peak": config.learning_rate * share}
        for p, share in task.parameter_groups()
    ]
    optimizer = torch.optim.AdamW(groups, betas=_BETAS, weight_decay=config.weight_decay)
    first = load_checkpoint(out / CHECKPOINT_FILE, network, average, optimizer)
    wrapped = network if ranks.world == 1 else nn.parallel.DistributedDataParallel(network)
    bfloat16 = config.precision == "bfloat16" or (config.precision == "auto" and device.type == "cuda")
    writer = _writer(out) if ranks.rank == 0 else None
    sums: dict[str, float] = {}
    started = since_log = time.monotonic()
    batches = stream.iterate(first * ranks.world + ranks.rank, ranks.world)
    for step in range(first, config.steps):
        batch = next(batches).to(device)
        # Everything random on the way follows from the step, so that a resumed run repeats an uninterrupted one.
        torch.manual_seed(hash((config.seed, step, ranks.rank)) % 2**63)
        network.train()
        with torch.autocast(device.type, torch.bfloat16, enabled=bfloat16):
            loss, figures = task.loss(wrapped, batch, step)
        if not torch.isfinite(loss):
            raise HandvizError(
                f"The loss stopped being a number at step {step}; lower the learning rate and resume from {out}."
            )
        factor = learning_rate_factor(step, config)
        for group in optimizer.param_groups:
            group["lr"] = group["peak"] * factor
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), config.clip_norm)
        optimizer.step()
        update_average(average, network, min(config.ema_decay, (1 + step) / (10 + step)))
        for name, value in figures.items():
            sums[name] = sums.get(name, 0.0) + value
        done = step + 1
        if ranks.rank != 0:
            continue
        if done % config.log_every == 0:
            now = time.monotonic()
            means = {name: value / config.log_every for name, value in sums.items()}
            sums.clear()
            photos = config.log_every * config.batch_size * ranks.world / (now - since_log)
            since_log = now
            left = (now - started) / (done - first) * (config.steps - done)
            shown = "  ".join(f"{name} {value:.3f}" for name, value in means.items())
            report(f"step {done}/{config.steps}  {shown}  {photos:.0f} photos/s  {left / 60:.0f} min left")
            for name, value in {**means, "photos_per_second": photos, "learning_rate_factor": factor}.items():
                writer.add_scalar(name, value, done)
        if done % config.picture_every == 0 and (picture := task.picture(average, batch)) is not None:
            writer.add_image("hypotheses", picture, done)
        if done % config.checkpoint_every == 0 or done == config.steps:
            save_checkpoint(out / CHECKPOINT_FILE, done, network, average, optimizer)
            publish(average)
    batches.close()
    if writer is not None:
        writer.close()
    if ranks.world > 1:
        torch.distributed.destroy_process_group()
    return average.eval()


@torch.no_grad()
def update_average(average: nn.Module, network: nn.Module, decay: float) -> None:
    """Exponential moving average of the weights; counters and statistics of batch norm are copied."""
    own = dict(network.named_parameters())
    names = list(own)
    averaged = dict(average.named_parameters())
    torch._foreach_lerp_([averaged[name] for name in names], [own[name] for name in names], 1.0 - decay)
    for target, source in zip(average.buffers(), network.buffers(), strict=True):
        target.copy_(source)


def _writer(out: Path):  # tensorboard is imported only when training
    from torch.utils.tensorboard import SummaryWriter

    return SummaryWriter(str(out / "tensorboard"))
