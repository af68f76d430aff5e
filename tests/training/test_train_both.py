"""Both networks trained by their commands on a handful of rendered photos, and gone on with from their weights."""

from pathlib import Path

import pytest
import torch

from handviz.cli.main import main
from handviz.datasets.generation import generate
from handviz.errors import DeviceError
from handviz.network.files import GENERATOR_FILE, SELECTOR_FILE, load_generator, load_selector
from handviz.synthesis.config import SynthesisConfig

_LOOP = ["--loop.steps", "2", "--loop.batch-size", "2", "--loop.warmup-steps", "1", "--loop.device", "cpu"]
_SMALL = ["--network.width", "16", "--network.blocks", "1", "--network.heads", "2"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("both")
    try:
        generate(folder / "photos", SynthesisConfig(size=64, moments_min=5, moments_max=5), 5, 4)
    except DeviceError as error:
        pytest.skip(str(error))
    data = ["--data", str(folder / "photos")]
    size = ["--network.image-size", "64", "--hypotheses", "3"]
    assert main(["train", "generator", *data, "--out", str(folder / "first"), *size, *_SMALL, *_LOOP]) == 0
    generator = ["--generator", str(folder / "first" / GENERATOR_FILE), "--hypotheses", "3", "4"]
    assert main(["train", "selector", *data, "--out", str(folder / "scores"), *generator, *_SMALL, *_LOOP]) == 0
    return folder


def test_training_goes_on_from_weights(folder: Path) -> None:
    first = folder / "first" / GENERATOR_FILE
    data, out = ["--data", str(folder / "photos")], folder / "second"
    quiet = ["--loop.learning-rate", "0", "--loop.weight-decay", "0"]
    assert main(["train", "generator", *data, "--out", str(out), "--initial", str(first), *_LOOP, *quiet]) == 0
    before, after = load_generator(first).state_dict(), load_generator(out / GENERATOR_FILE).state_dict()
    # With a rate of zero only the statistics of batch norm move.
    for name, value in before.items():
        if "running" not in name and "num_batches" not in name:
            torch.testing.assert_close(after[name], value, msg=name)


def test_a_selector_goes_on_from_its_weights_and_refuses_others(
    folder: Path, capsys: pytest.CaptureFixture, tmp_path: Path
) -> None:
    arguments = [
        "train", "selector", "--data", str(folder / "photos"), "--generator", str(folder / "first" / GENERATOR_FILE),
        "--hypotheses", "3", "4", "--initial", str(folder / "scores" / SELECTOR_FILE), *_LOOP,
        "--loop.learning-rate", "0",
    ]  # fmt: skip
    assert main([*arguments, "--out", str(tmp_path / "next"), *_SMALL]) == 0
    before = load_selector(folder / "scores" / SELECTOR_FILE).state_dict()
    after = load_selector(tmp_path / "next" / SELECTOR_FILE).state_dict()
    for name, value in before.items():
        torch.testing.assert_close(after[name], value, msg=name)
    assert main([*arguments, "--out", str(tmp_path / "other")]) == 1
    assert "other settings" in capsys.readouterr().err
