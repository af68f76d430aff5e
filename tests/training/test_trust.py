"""Trust in landmarks: its losses against numbers by hand, what it learns, and the command from photos to use."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors import safe_open

from handviz.cli.main import main
from handviz.datasets.generation import generate
from handviz.datasets.real_hands import is_right
from handviz.errors import DeviceError, HandvizError
from handviz.hand.model import HandModel
from handviz.network.config import GeneratorConfig, SelectorConfig, TrustConfig
from handviz.network.files import GENERATOR_FILE, TRUST_FILE, load_generator, save_network
from handviz.network.generator import Generator
from handviz.network.recover import recover
from handviz.network.selector import Selector, reading
from handviz.network.trust import LandmarkTrust, TrustedLandmarks
from handviz.synthesis.config import SynthesisConfig
from handviz.training.config import TrainTrustConfig
from handviz.training.trust_data import TrustSamples
from handviz.training.trust_task import figures, fit_trust, remembered, trust_losses

SMALL = TrustConfig(width=16)
SETTINGS = TrainTrustConfig((), Path(), Path(), doubt_2d=0.0, doubt=0.0, epochs=40, batch_size=64)


def _samples(count: int = 512) -> TrustSamples:
    """Landmarks that are good where the presence of a hand is sure and far off elsewhere; means half as far off."""
    rng = torch.Generator().manual_seed(3)

    def noise(*shape: int) -> torch.Tensor:
        return torch.randn(count, *shape, generator=rng)

    sure = torch.arange(count) % 2 == 0
    off = torch.where(sure, 0.02, 1.0)[:, None, None]
    truth_2d, truth = 0.5 + 0.1 * noise(21, 2), 0.05 * noise(21, 3)
    truth = truth - truth.mean(1, keepdim=True)
    landmarks = torch.cat(
        [truth_2d + 0.08 * off * noise(21, 2), noise(21, 1), 10 * (truth + 0.04 * off * noise(21, 3))], -1
    )
    seen = {
        "joints_2d": truth_2d[:, None].expand(-1, 3, -1, -1) + 0.02 * noise(1, 21, 2),
        "landmarks": landmarks,
        "presence": torch.where(sure, 6.0, -2.0),
    }
    return TrustSamples(seen, truth_2d + 0.04 * noise(21, 2), truth + 0.02 * noise(21, 3), truth_2d, truth)


def test_losses_are_those_by_hand() -> None:
    zeros_2d, zeros, ones = torch.zeros(1, 21, 2), torch.zeros(1, 21, 3), torch.ones(1, 21)
    samples = TrustSamples({}, zeros_2d + torch.tensor([0.3, 0.4]), zeros.clone(), zeros_2d, zeros)
    samples.own[:, 5] = torch.tensor([0.0, 0.02, 0.0])
    told = TrustedLandmarks(zeros_2d, zeros, ones, 2.0 * ones, 0.5 * ones, 0.25 * ones)
    likelihood, picture, metres = trust_losses(told, samples)
    assert likelihood.item() == pytest.approx(3.0 * np.log(2.0), rel=1e-5)
    assert picture.item() == pytest.approx(0.25, rel=1e-5)
    assert metres.item() == pytest.approx(0.75 * 0.02 / 21, rel=1e-5)
    # Landmarks that are off by one of their errors: Student's t of four degrees of freedom.
    off = TrustedLandmarks(zeros_2d + torch.tensor([1.0, 0.0]), zeros, ones, ones, ones, ones)
    assert trust_losses(off, samples)[0].item() == pytest.approx(3.0 * np.log(1.25), rel=1e-5)


def test_what_is_remembered_is_doubted_by_a_factor() -> None:
    samples = _samples(8)
    torch.testing.assert_close(remembered(samples, 1.5).own - samples.truth, 1.5 * (samples.own - samples.truth))
    torch.testing.assert_close(remembered(samples, 1.0).own, samples.own)


def test_it_learns_whom_to_trust() -> None:
    samples = _samples()
    trust = fit_trust(samples, SMALL, SETTINGS, lambda _line: None)
    told = trust(samples.features())
    sure = torch.arange(len(samples)) % 2 == 0
    assert told.share_2d[sure].mean() > 0.9 and told.share[sure].mean() > 0.9
    assert told.share_2d[~sure].mean() < 0.35 and told.share[~sure].mean() < 0.35
    assert 0.05 < told.error_2d[~sure].median() < 0.12 and 0.025 < told.error[~sure].median() < 0.06
    before, after = trust_losses(LandmarkTrust(SMALL).eval()(samples.features()), samples), trust_losses(told, samples)
    assert all(late < early for early, late in zip(before, after, strict=True))
    assert "settled" in figures(trust, samples)
    again = fit_trust(samples, SMALL, SETTINGS, lambda _line: None)
    torch.testing.assert_close(again.state_dict(), trust.state_dict())


def test_learning_that_diverges_is_said() -> None:
    samples = _samples(64)
    samples.own[:] = float("nan")
    with pytest.raises(HandvizError, match="learning-rate"):
        fit_trust(samples, SMALL, SETTINGS, lambda _line: None)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trust")
    try:
        generate(folder / "photos", SynthesisConfig(size=64, moments_min=5, moments_max=5), 5, 6)
    except DeviceError as error:
        pytest.skip(str(error))
    torch.manual_seed(0)
    small = GeneratorConfig(backbone="hand_landmark", image_size=64, width=16, blocks=1, heads=2)
    save_network(Generator(small), folder / GENERATOR_FILE)
    rng = np.random.default_rng(0)
    (folder / "real" / "crops").mkdir(parents=True)
    picture = io.BytesIO()
    Image.fromarray(rng.integers(0, 255, (96, 96, 3), np.uint8)).save(picture, "JPEG")
    names = [f"{index:02}.jpg" for index in range(8)]
    for name in names:
        (folder / "real" / "crops" / name).write_bytes(picture.getvalue())
    world = HandModel.load()(torch.eye(3).expand(1, 16, 3, 3), torch.zeros(1, 10)).joints[0].numpy()
    if not is_right(world[None])[0]:
        world = world * np.array([-1.0, 1.0, 1.0])
    np.savez(
        folder / "real" / "labels.npz", name=names, joints_world=np.stack([world] * 8),
        joints_2d=np.stack([48 + 300 * (world[:, :2] - world[:, :2].mean(0))] * 8),
    )  # fmt: skip
    return folder


def test_the_command_makes_what_predictions_use(folder: Path, capsys: pytest.CaptureFixture) -> None:
    before = load_generator(folder / GENERATOR_FILE)
    assert before.trust is None
    command = ["train", "trust", "--data", str(folder / "photos"), "--generator", str(folder / GENERATOR_FILE)]
    command += ["--out", str(folder / "run"), "--hypotheses", "3", "--epochs", "2", "--device", "cpu"]
    command += ["--batch-size", "4"]
    assert main([*command, "--real-hands", str(folder / "real"), "--real", "6"]) == 0
    assert "real crops kept apart" in capsys.readouterr().out
    with safe_open(folder / "run" / TRUST_FILE, framework="pt") as file:
        assert json.loads(file.metadata()["training"])["memory"] == 1.45
    (folder / TRUST_FILE).write_bytes((folder / "run" / TRUST_FILE).read_bytes())
    generator = load_generator(folder / GENERATOR_FILE)
    assert isinstance(generator.trust, LandmarkTrust)
    selector = Selector(reading(SelectorConfig(width=16, blocks=1, heads=2), generator)).eval()
    images, focal = torch.rand(1, 3, 64, 64), torch.tensor([2.5])
    found = [recover(one, selector, HandModel.load(), images, focal, 4) for one in (before, generator)]
    assert (found[0].joints - found[1].joints).abs().max() > 1e-5
    # What lies in a file of its own is not written a second time.
    save_network(generator, folder / "copy.safetensors")
    with safe_open(folder / "copy.safetensors", framework="pt") as file:
        assert not any(name.startswith("trust.") for name in file.keys())  # noqa: SIM118 (not a dict)


def test_a_generator_without_landmarks_is_refused(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    save_network(Generator(GeneratorConfig(image_size=64, width=16, blocks=1, heads=2)), tmp_path / GENERATOR_FILE)
    command = ["train", "trust", "--data", str(folder / "photos"), "--generator", str(tmp_path / GENERATOR_FILE)]
    assert main([*command, "--out", str(tmp_path / "run")]) == 1
    assert "no landmarks to trust" in capsys.readouterr().err
