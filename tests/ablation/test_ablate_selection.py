"""The ablation from photos to table, on a handful of rendered photos and an untrained generator."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from handviz.ablation.config import AblateSelectionConfig, variants
from handviz.ablation.selection import SelectorsTogether, ablate
from handviz.cli.main import main
from handviz.datasets.generation import generate
from handviz.network.config import GeneratorConfig, SelectorConfig
from handviz.network.files import GENERATOR_FILE, SELECTOR_FILE, save_network
from handviz.network.generator import Generator
from handviz.network.selector import Selector
from handviz.synthesis.config import SynthesisConfig


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ablation")
    generate(folder / "photos", SynthesisConfig(size=64), 5, 12, 1, lambda progress: None)
    torch.manual_seed(0)
    network = Generator(GeneratorConfig(image_size=64, width=16, heads=2, blocks=1))
    save_network(network, folder / GENERATOR_FILE)
    return folder


def _arguments(folder: Path, out: Path) -> list[str]:
    return [
        "ablate", "selection", "--data", str(folder / "photos"), "--test", str(folder / "photos"), "--out", str(out),
        "--generator", str(folder / GENERATOR_FILE), "--seeds", "2", "--steps", "2", "--batch-size", "2",
        "--hypotheses", "5", "--n", "2", "--bootstrap", "20", "--network.width", "16", "--network.blocks", "1",
        "--network.heads", "2", "--device", "cpu", "--threads", "1", "--precision", "bfloat16",
    ]  # fmt: skip


def test_the_command_trains_tests_and_writes_the_table(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    out = tmp_path / "run"
    assert main(_arguments(folder, out)) == 0
    printed = capsys.readouterr().out
    table = (out / "table.md").read_text()
    assert table in printed + "\n"
    assert all(f"| {name} |" in table for name in variants())
    written = (out / "seed-1.npz").stat().st_mtime_ns
    assert main(_arguments(folder, out)) == 0
    assert (out / "seed-1.npz").stat().st_mtime_ns == written
    assert (out / "table.md").read_text() == table


def test_the_report_tells_claims_tables_and_plots(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = tmp_path / "weights"
    weights.mkdir()
    (weights / GENERATOR_FILE).write_bytes((folder / GENERATOR_FILE).read_bytes())
    save_network(Selector(SelectorConfig(width=16, blocks=1, heads=2, generator_width=16)), weights / SELECTOR_FILE)
    monkeypatch.setattr("handviz.evaluation.blur.MIN_PHOTOS", 2)
    assert main(_arguments(folder, tmp_path / "run")) == 0
    told = ["report", "--out", str(tmp_path), "--ablation", str(tmp_path / "run"), "--weights", str(weights),
            "--data", str(folder / "photos"), "--hypotheses", "4", "--device", "cpu"]  # fmt: skip
    assert main(told) == 0
    text = (tmp_path / "REPORT.md").read_text()
    assert sum(text.count(f"{verdict}** |") for verdict in ("holds", "not decided", "does not hold")) == 8
    assert "nan" not in text
    assert all(f"| {name} |" in text for name in variants())
    for picture in ("spread.png", "coverage.png", "photos.jpg"):
        assert Image.open(tmp_path / "report" / picture).width > 300
        assert f"report/{picture}" in text


def test_a_report_on_too_few_photos_says_so(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    assert main(["report", "--out", str(tmp_path), "--data", str(folder / "photos"), "--limit", "3"]) == 1
    assert "too few" in capsys.readouterr().err
    assert not (tmp_path / "REPORT.md").exists()


def test_seeds_differ_and_losses_of_a_seed_see_the_same_hypotheses(folder: Path, tmp_path: Path) -> None:
    config = AblateSelectionConfig(
        data=(folder / "photos",), test=folder / "photos", out=tmp_path / "run", generator=folder / GENERATOR_FILE,
        seeds=2, steps=1, batch_size=2, hypotheses=4, n=1, threads=1, device="cpu",
        network=SelectorConfig(width=16, blocks=1, heads=2),
    )  # fmt: skip
    tested = ablate(config, lambda line: None)
    np.testing.assert_array_equal(tested[0].mpjpe, tested[1].mpjpe)
    assert np.abs(tested[0].mu - tested[1].mu).max() > 1e-3
    assert tested[0].mu.shape == (len(variants()), 12, 4)


def test_together_is_each_alone() -> None:
    torch.manual_seed(0)
    generator = Generator(GeneratorConfig(image_size=64, width=16, heads=2, blocks=1)).eval()
    selectors = [Selector(SelectorConfig(width=16, blocks=1, heads=2, generator_width=16)).eval() for _ in range(2)]
    with torch.no_grad():
        features, batch = generator(torch.rand(2, 3, 64, 64), torch.full((2,), 3.0), 3)
        joints, joints_2d = torch.rand(2, 3, 3, 21, 3), torch.rand(2, 3, 3, 21, 2)
        together, _ = SelectorsTogether(selectors)(features, batch, joints, joints_2d)
        alone, _ = selectors[1](features, batch, joints, joints_2d)
    torch.testing.assert_close(together[..., 1], alone)
