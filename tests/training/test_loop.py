"""A run that is killed and resumed ends where an uninterrupted one does."""

import dataclasses
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from test_batches import SpotSource

from handviz.errors import HandvizError, InputError, ModelFileError
from handviz.hand.model import HandModel
from handviz.network.config import GeneratorConfig
from handviz.network.generator import Generator
from handviz.network.kinematics import JointKinematics
from handviz.training.batches import BatchStream
from handviz.training.checkpoints import CHECKPOINT_FILE
from handviz.training.config import AugmentConfig, LoopConfig, TrainGeneratorConfig, save_config
from handviz.training.generator_task import GeneratorTask
from handviz.training.loop import learning_rate_factor, train

LOOP = LoopConfig(steps=6, batch_size=2, warmup_steps=2, log_every=3, checkpoint_every=2, picture_every=4, device="cpu")
NETWORK = GeneratorConfig(image_size=64, width=16, heads=2, blocks=1)


def _run(out: Path, loop: LoopConfig, lines: list[str] | None = None) -> torch.nn.Module:
    torch.manual_seed(0)
    config = TrainGeneratorConfig(data=(), out=out, hypotheses=3, network=NETWORK, loop=loop)
    task = GeneratorTask(config, Generator(NETWORK), JointKinematics(HandModel.load()))
    stream = BatchStream([SpotSource()], [1.0], loop.batch_size, 64, AugmentConfig(), loop.seed)
    return train(task, stream, loop, out, (lines if lines is not None else []).append)


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    out, lines = tmp_path_factory.mktemp("whole"), []
    _run(out, LOOP, lines)
    return out, lines


def test_resumed_equals_uninterrupted(tmp_path: Path, uninterrupted: tuple[Path, list[str]]) -> None:
    class KilledError(Exception):
        pass

    def killer(line: str) -> None:
        raise KilledError

    torch.manual_seed(0)
    config = TrainGeneratorConfig(data=(), out=tmp_path, hypotheses=3, network=NETWORK, loop=LOOP)
    task = GeneratorTask(config, Generator(NETWORK), JointKinematics(HandModel.load()))
    stream = BatchStream([SpotSource()], [1.0], LOOP.batch_size, 64, AugmentConfig(), LOOP.seed)
    with pytest.raises(KilledError):
        # Dies at step 3, after the checkpoint of step 2.
        train(task, stream, LOOP, tmp_path, killer)
    torch.manual_seed(99)
    _run(tmp_path, LOOP)
    whole, resumed = (load_file(folder / CHECKPOINT_FILE) for folder in (uninterrupted[0], tmp_path))
    assert whole.keys() == resumed.keys()
    for name, value in whole.items():
        torch.testing.assert_close(resumed[name], value, atol=1e-6, rtol=1e-5, msg=name)


def test_progress_tells_speed_and_time_left(uninterrupted: tuple[Path, list[str]]) -> None:
    out, lines = uninterrupted
    assert len(lines) == 2 and "step 3/6" in lines[0] and "min left" in lines[0] and "photos/s" in lines[0]
    assert list((out / "tensorboard").iterdir())


def test_a_loss_that_is_no_number_stops_the_run(tmp_path: Path) -> None:
    with pytest.raises(HandvizError, match="learning rate"):
        _run(tmp_path, dataclasses.replace(LOOP, learning_rate=1e30, warmup_steps=1, clip_norm=1e30, steps=40))


def test_a_checkpoint_of_another_network_is_refused(tmp_path: Path) -> None:
    (tmp_path / CHECKPOINT_FILE).write_bytes(b"no checkpoint")
    with pytest.raises(ModelFileError, match="checkpoint"):
        _run(tmp_path, LOOP)


def test_another_configuration_is_refused(tmp_path: Path) -> None:
    config = TrainGeneratorConfig(data=(), out=tmp_path)
    save_config(config, tmp_path)
    save_config(config, tmp_path)
    with pytest.raises(InputError, match="--out"):
        save_config(dataclasses.replace(config, hypotheses=9), tmp_path)


def test_learning_rate_warms_up_and_ends_at_nothing() -> None:
    loop = LoopConfig(steps=100, warmup_steps=10)
    factors = [learning_rate_factor(step, loop) for step in range(100)]
    assert factors[0] == pytest.approx(0.1) and max(factors) == factors[10] == pytest.approx(1.0)
    assert factors[-1] < 0.01
