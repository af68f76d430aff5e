"""The comparison of hypothesis sources from photos to table, on a handful of photos and an untrained generator."""

from pathlib import Path

import numpy as np
import pytest
import torch

from handviz.ablation.sources import REGRESSOR, VARIANTS, measure
from handviz.ablation.sources_table import load_rows
from handviz.cli.main import main
from handviz.datasets.generation import generate
from handviz.errors import InputError
from handviz.evaluation.collect import Collected
from handviz.network.config import GeneratorConfig
from handviz.network.files import GENERATOR_FILE, load_generator, save_network
from handviz.network.generator import Generator
from handviz.synthesis.config import SynthesisConfig


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sources")
    generate(folder / "photos", SynthesisConfig(size=64), 5, 12, 1, lambda progress: None)
    torch.manual_seed(0)
    save_network(Generator(GeneratorConfig(image_size=64, width=16, heads=2, blocks=1)), folder / GENERATOR_FILE)
    told = ["ablate", "sources", "--data", str(folder / "photos"), "--test", str(folder / "photos"), "--out",
            str(folder / "run"), "--generator", str(folder / GENERATOR_FILE), "--crops", "10", "--steps", "3",
            "--batch-size", "4", "--hypotheses", "5", "--test-limit", "12", "--device", "cpu",
            "--threads", "1", "--precision", "bfloat16"]  # fmt: skip
    assert main(told) == 0
    return folder / "run"


def test_the_command_trains_tests_and_writes_the_table(run: Path) -> None:
    table = (run / "table.md").read_text()
    assert all(f"| {name} |" in table for name in VARIANTS)
    rows, about = load_rows(run)
    assert [row.name for row in rows] == list(VARIANTS)
    assert about["hypotheses"] == 5
    one = rows[0]
    assert one.mean_mm == pytest.approx(one.averaged_mm, rel=1e-4)
    assert set(one.best_mm) == {1}
    for row in rows[1:]:
        assert list(row.best_mm) == [1, 2, 4, 5]
        best = list(row.best_mm.values())
        assert min(best) <= row.mean_mm


def test_every_source_reads_the_trunk_as_it_was(run: Path) -> None:
    trunk = load_generator(run.parent / GENERATOR_FILE)
    trained = [load_generator(path) for path in run.glob("*.safetensors")]
    assert len(trained) == len(VARIANTS)
    for network in trained:
        for name, value in trunk.backbone.state_dict().items():
            torch.testing.assert_close(network.backbone.state_dict()[name], value)


def test_figures_against_hand_computed_ones() -> None:
    truth = np.zeros((1, 3, 21, 3), np.float32)
    truth[..., 1:, 0] = 0.1
    joints = np.repeat(truth[:, None], 2, axis=1)
    joints[0, 0, :, 1:, 0] += 0.010
    joints[0, 1, :, 1:, 0] -= 0.030
    errors = np.repeat(1000.0 * np.array([0.010, 0.030])[None, :, None] * 20 / 21, 3, axis=2)
    none = np.zeros((1, 2))
    found = Collected(joints, truth, {"ordered": errors, "order_free": errors}, {}, {}, none, none, none, np.zeros(1))
    row = measure("any", found, 1.0)
    assert row.mean_mm == pytest.approx(20.0 * 20 / 21)
    assert row.averaged_mm == pytest.approx(10.0 * 20 / 21, rel=1e-4)
    assert row.best_mm == {1: pytest.approx(10.0 * 20 / 21), 2: pytest.approx(10.0 * 20 / 21)}


@pytest.mark.parametrize("text", ["", "{}", '{"about": {}, "rows": []}', '{"about": {}, "rows": [{"name": "x"}]}'])
def test_a_folder_that_is_no_run_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "result.json").write_text(text)
    with pytest.raises(InputError, match="no finished folder"):
        load_rows(tmp_path)
    assert REGRESSOR in VARIANTS
