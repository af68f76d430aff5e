"""Photos a second that training gets, and where time goes: python tests/benchmarks/training_throughput.py --data DIR

Renders a few samples, reads batches of DIR (written by handviz synthesize; some are rendered where none is named) and
times each part of a training step of the generator. The floor is the step with a batch that is ready; what the whole
takes beyond it is what waiting for pictures costs. Run it with nothing beside it.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch

from handviz.datasets.generation import generate
from handviz.hand.model import HandModel
from handviz.network.config import GeneratorConfig
from handviz.network.generator import Generator
from handviz.network.hand_landmark import NATIVE_SIZE
from handviz.network.kinematics import JointKinematics
from handviz.synthesis.config import SynthesisConfig
from handviz.synthesis.synthesizer import Synthesizer
from handviz.training.batches import BatchStream
from handviz.training.config import TrainGeneratorConfig
from handviz.training.generator_losses import generator_loss
from handviz.training.generator_task import GeneratorTask, crop_sources, freeze

RENDERED = 24
SIZE = 192


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="folder written by handviz synthesize")
    parser.add_argument("--real-hands", type=Path)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--hypotheses", type=int, default=6)
    parser.add_argument("--steps", type=int, default=6)
    parser.add_argument("--backbone", nargs="+", default=["mobilenet_v2", "twin", "hand_landmark", "resnet18"])
    args = parser.parse_args()

    print(f"{args.device}, {torch.get_num_threads()} threads, batches of {args.batch}, {args.hypotheses} hypotheses; "
          "ms a photo")  # fmt: skip
    synthesizer = Synthesizer(SynthesisConfig(size=SIZE))
    synthesizer.sample(0, 0)
    started = time.perf_counter()
    for index in range(RENDERED):
        synthesizer.sample(0, index + 1)
    seconds = (time.perf_counter() - started) / RENDERED
    print(f"render a sample, one process       {1000 * seconds:8.1f}   {1 / seconds:6.0f} a second")
    with tempfile.TemporaryDirectory() as folder:
        data = args.data
        if data is None:
            data = Path(folder) / "photos"
            generate(data, SynthesisConfig(size=SIZE), 1, 4 * args.batch)
        for backbone in args.backbone:
            time_training(args, data, backbone)


def time_training(args: argparse.Namespace, data: Path, backbone: str) -> None:
    """Print what each part of a step takes with one backbone."""
    size = NATIVE_SIZE if backbone in ("twin", "hand_landmark") else 128
    network = GeneratorConfig(backbone=backbone, image_size=size)
    real = None if args.real_hands is None else args.real_hands
    config = TrainGeneratorConfig((data,), Path(), real_hands=real, hypotheses=args.hypotheses, network=network)
    sources, shares = crop_sources(config)
    stream = BatchStream(sources, shares, args.batch, size, config.augment, 0)
    generator = Generator(network).to(args.device, memory_format=torch.channels_last).train()
    freeze(generator.backbone, config)
    task = GeneratorTask(config, generator, JointKinematics(HandModel.load(device=args.device)).to(args.device))
    optimizer = torch.optim.AdamW([p for p in generator.parameters() if p.requires_grad], 1e-6)
    batch = stream.batch(0).to(torch.device(args.device))

    def timed(name: str, action: Callable[[], None]) -> float:
        action()
        wait(args.device)
        start = time.perf_counter()
        for _ in range(args.steps):
            action()
        wait(args.device)
        milliseconds = 1000 * (time.perf_counter() - start) / args.steps / args.batch
        print(f"  {name:<32} {milliseconds:8.1f}")
        return milliseconds

    def forward_backbone() -> None:
        with torch.no_grad(), torch.autocast(args.device, torch.bfloat16):
            generator.encode(batch.images, batch.told_focal)

    def forward() -> None:
        with torch.no_grad(), torch.autocast(args.device, torch.bfloat16):
            features, found = generator(batch.images, batch.told_focal, args.hypotheses)
            with torch.autocast(args.device, enabled=False):
                generator_loss(config.loss, task.kinematics, features, found, batch.truth)

    def step() -> None:
        with torch.autocast(args.device, torch.bfloat16):
            loss, _ = task.loss(generator, batch, 0)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()

    print(f"{backbone} at {size} px")
    steps = iter(range(1, 10_000))
    timed("read and augment, one thread", lambda: stream.batch(next(steps)))
    timed("look: backbone and unfolder", forward_backbone)
    timed("look, hypotheses and loss", forward)
    floor = timed("whole step, batch ready (floor)", step)
    batches = stream.iterate(0)

    def fed() -> None:
        nonlocal batch
        batch = next(batches).to(torch.device(args.device))
        step()

    whole = timed("whole step, batches read beside", fed)
    batches.close()
    print(f"  {1000 / whole:.0f} photos a second, {whole / floor:.2f} of the floor")


def wait(device: str) -> None:
    """Until a GPU has done what it was asked."""
    if device.startswith("cuda"):
        torch.cuda.synchronize()


if __name__ == "__main__":
    main()
