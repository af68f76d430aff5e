"""The temperature that is fitted is the one the labels were drawn with, and it is stored with the weights."""

from pathlib import Path

import numpy as np
import pytest
import torch

from handviz.cli.main import main
from handviz.datasets.generation import generate
from handviz.evaluation.calibration import fit_log_temperature, log_loss
from handviz.hypotheses.selection import score_from_logits
from handviz.network.config import GeneratorConfig, SelectorConfig
from handviz.network.files import (
    GENERATOR_FILE,
    MANIFEST,
    SELECTOR_FILE,
    load_generator,
    load_selector,
    save_network,
    write_manifest,
)
from handviz.network.generator import Generator
from handviz.network.selector import Selector
from handviz.synthesis.config import SynthesisConfig


@pytest.mark.parametrize("temperature", [0.4, 1.0, 3.0])
def test_the_temperature_behind_the_labels_is_found(temperature: float) -> None:
    rng = np.random.default_rng(0)
    mu, nu = 2.0 * rng.standard_normal((2, 3000, 16))
    labels = (rng.random(mu.shape) < score_from_logits(mu / temperature, nu / temperature)).astype(float)
    found = fit_log_temperature(mu, nu, labels)
    assert np.exp(found) == pytest.approx(temperature, rel=0.05)
    assert log_loss(mu, nu, labels, found) <= log_loss(mu, nu, labels, 0.0) + 1e-9


def test_log_loss_by_hand() -> None:
    mu, nu = np.array([[np.log(3.0), 0.0]]), np.zeros((1, 2))
    assert log_loss(mu, nu, np.array([[1.0, 0.0]]), 0.0) == pytest.approx(-0.5 * (np.log(0.75) + np.log(0.5)))


def test_the_command_stores_the_temperature_and_changes_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    torch.manual_seed(0)
    generate(tmp_path / "photos", SynthesisConfig(size=64), 7, 12, 1, lambda progress: None)
    weights = tmp_path / "weights"
    weights.mkdir()
    save_network(Generator(GeneratorConfig(image_size=64, width=16, heads=2, blocks=1)), weights / GENERATOR_FILE)
    selector = Selector(SelectorConfig(width=16, blocks=1, heads=2, generator_width=16))
    save_network(selector, weights / SELECTOR_FILE, half=True, training="{}")
    write_manifest(weights)
    before = load_selector(weights / SELECTOR_FILE).state_dict()
    told = ["calibrate", "--weights", str(weights), "--data", str(tmp_path / "photos"), "--hypotheses", "6"]
    assert main([*told, "--device", "cpu"]) == 0
    printed = dict(line.split() for line in capsys.readouterr().out.strip().splitlines())
    after = load_selector(weights / SELECTOR_FILE).state_dict()
    assert (weights / MANIFEST).exists()
    load_generator(weights / GENERATOR_FILE)
    assert float(after.pop("log_temperature").exp()) == pytest.approx(float(printed["temperature"]), rel=1e-2)
    assert float(printed["log_loss_after"]) <= float(printed["log_loss_before"])
    for name, value in after.items():
        torch.testing.assert_close(value, before[name], msg=name)


def test_a_missing_folder_is_named(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    assert main(["calibrate", "--weights", str(tmp_path), "--data", str(tmp_path)]) == 1
    assert str(tmp_path) in capsys.readouterr().err
