"""Sweeps of silhouettes by hand, agreement, the fit of weights, and the ablation from photos to table."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from handviz.ablation.witness_result import ALL, SELECTOR_WITNESS, WITH_CLOSENESS, WitnessResult, witness_lines
from handviz.ablation.witness_run import MIXTURES, choose, fit_logistic, mix
from handviz.cli.main import main
from handviz.datasets.folders import open_dataset
from handviz.datasets.generation import generate
from handviz.errors import InputError
from handviz.hand.model import HandModel
from handviz.network.config import GeneratorConfig, SelectorConfig
from handviz.network.files import (
    GENERATOR_FILE,
    SELECTOR_FILE,
    WITNESS_FILE,
    load_generator,
    load_selector,
    save_network,
)
from handviz.network.generator import Generator
from handviz.network.recover import crops_to_tensor, recover
from handviz.network.reframing import Frame, roll_camera
from handviz.network.selector import Selector
from handviz.network.sweep import MOMENTS, SIDE, SurfacePoints, place_and_size, swept_coverage, swept_onto
from handviz.network.witness import agreement, closeness, evidence
from handviz.synthesis.config import SynthesisConfig
from handviz.training.generator_losses import Truth
from handviz.training.plain_crops import seen_in


def _points(*places: tuple[float, float]) -> torch.Tensor:
    """One point at past, middle and future: (3, 1, 2), in cells of the picture."""
    return torch.tensor(places)[:, None] / SIDE


def test_a_still_point_covers_its_cell_all_the_time():
    coverage = swept_coverage(_points((5.5, 9.5), (5.5, 9.5), (5.5, 9.5)))
    assert coverage.shape == (SIDE, SIDE)
    assert coverage[9, 5] == 1.0 and coverage.sum() == 1.0


def test_a_moving_point_shares_its_time_among_the_cells_of_its_way():
    coverage = swept_coverage(_points((4.5, 3.5), (8.5, 3.5), (12.5, 3.5)))
    # Nine moments, one cell apart.
    assert MOMENTS == 9
    torch.testing.assert_close(coverage[3, 4:13], torch.full((9,), 1 / 9))
    assert coverage.sum().item() == pytest.approx(1.0)


def test_a_way_is_a_parabola_through_the_three_places():
    coverage = swept_coverage(_points((4.5, 3.5), (8.5, 11.5), (12.5, 3.5)))
    assert coverage[11, 8] > 0 and coverage[3, 4] > 0 and coverage[3, 12] > 0
    # At half the way y is 11.5 - 8 / 4.
    assert coverage[9, 6] > 0 and coverage[9, 10] > 0


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(-0.5, 1.5), min_size=12, max_size=12))
def test_a_motion_and_its_reverse_leave_the_same_smear(values):
    points = torch.tensor(values).view(1, 3, 2, 2)
    forward, backward = swept_coverage(points), swept_coverage(points.flip(1))
    assert (forward >= 0).all() and (forward <= 1).all()
    # A point on the border of two cells may fall to either side by rounding.
    assert (forward - backward).abs().sum() <= 4 / MOMENTS + 1e-6


def test_what_leaves_the_picture_is_not_seen():
    assert swept_coverage(_points((-3.0, 5.0), (-2.0, 5.0), (-1.0, 5.0))).sum() == 0


def test_surface_points_fill_the_silhouette():
    hand = HandModel.load()
    vertices = hand.v_template - hand.v_template.mean(0)
    flat = 0.5 + vertices[:, [0, 2]] * (0.66 / (vertices.amax(0) - vertices.amin(0)).max())
    picture = Image.new("L", (SIDE * 8, SIDE * 8))
    pen = ImageDraw.Draw(picture)
    for triangle in np.asarray(hand.faces):
        pen.polygon([tuple(p) for p in (flat[triangle] * SIDE * 8).tolist()], fill=255)
    share = np.asarray(picture).reshape(SIDE, 8, SIDE, 8).mean((1, 3)) / 255
    coverage = swept_coverage(SurfacePoints(hand)(flat.expand(3, -1, -1)))
    assert coverage[torch.from_numpy(share) > 0.6].mean() > 0.95
    assert coverage[torch.from_numpy(share) == 0].sum() == 0


def test_place_and_size_by_hand():
    coverage = torch.zeros(SIDE, SIDE)
    coverage[10, 4] = coverage[10, 8] = 1.0
    centre, size = place_and_size(coverage)
    torch.testing.assert_close(centre * SIDE, torch.tensor([6.5, 10.5]))
    assert size.item() * SIDE == pytest.approx(2.0)


def test_a_hypothesis_off_in_place_and_depth_is_brought_to_the_smear():
    hand = HandModel.load()
    vertices = SurfacePoints(hand)(hand.v_template - hand.v_template.mean(0))[:, [0, 2]]
    true = 0.5 + 3.0 * vertices.expand(3, -1, -1)
    smear = swept_coverage(true)
    off = torch.stack([true, 0.4 + 0.8 * (true - 0.5)])[None]
    brought = swept_onto(off, smear[None])
    assert (brought[0, 1] - smear).abs().sum() < 0.15 * smear.sum()
    assert (swept_coverage(off)[0, 1] - smear).abs().sum() > 0.5 * smear.sum()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_nothing_agrees_better_with_a_certain_smear_than_that_smear(seed):
    rng = torch.Generator().manual_seed(seed)
    smear = (torch.rand(1, SIDE, SIDE, generator=rng) > 0.5).float()
    logits = torch.logit(smear.clamp(0.02, 0.98))
    others = torch.rand(1, 5, SIDE, SIDE, generator=rng)
    assert (agreement(others, logits) < agreement(smear[:, None], logits)).all()


def test_the_truth_follows_its_frame():
    rng = torch.Generator().manual_seed(0)
    truth = Truth(
        rotations=torch.eye(3).expand(1, 3, 16, 3, 3), betas=torch.zeros(1, 10),
        translation=torch.tensor([[[0.1, 0.0, 1.0]] * 3]), joints=torch.randn(1, 3, 21, 3, generator=rng),
        crop_focal=torch.tensor([2.0]), has_parameters=torch.ones(1),
    )  # fmt: skip
    turned = seen_in(Frame(roll_camera(torch.tensor([torch.pi / 2])), torch.tensor([1.5])), truth)
    torch.testing.assert_close(turned.translation[0, 0], torch.tensor([0.0, 0.1, 1.0]), atol=1e-6, rtol=0)
    assert turned.crop_focal.item() == 3.0
    torch.testing.assert_close(turned.rotations[0, 0, 1], torch.eye(3))
    torch.testing.assert_close(turned.rotations[0, 0, 0, :, 0], torch.tensor([0.0, 1.0, 0.0]), atol=1e-6, rtol=0)


def test_the_fit_finds_the_weights_that_made_the_labels():
    rng = np.random.default_rng(0)
    evidence = rng.standard_normal((2000, 8, 2))
    labels = (rng.random((2000, 8)) < 1 / (1 + np.exp(-(1.5 * evidence[..., 0] - 0.7)))).astype(float)
    np.testing.assert_allclose(fit_logistic(evidence, labels), [1.5, 0.0, -0.7], atol=0.08)


def test_evidence_that_knows_the_truth_selects_it():
    rng = np.random.default_rng(0)

    def seen(photos: int) -> dict[str, np.ndarray]:
        error = rng.uniform(10, 60, (photos, 8))
        unknowing = ("mu", "nu", "projection_px", "witness_as_placed", "closeness")
        noise = {name: rng.standard_normal((photos, 8)) for name in unknowing}
        return {**noise, "witness": -error / 1000, "true_sweep": -error / 1000, "mpjpe": error, "sequence": error}

    fitted_on = seen(200)
    name, weights = choose(fitted_on, 2)
    assert weights[2] > 0 and weights.shape == (5,)
    if name == SELECTOR_WITNESS:
        assert weights[1] == 0.0
    if name != WITH_CLOSENESS:
        assert weights[3] == 0.0
    # Where the projection alone knows the truth, it has to be in the mixture.
    swapped = fitted_on | {"witness": fitted_on["witness_as_placed"], "projection_px": fitted_on["mpjpe"]}
    assert choose(swapped, 2)[0] in (ALL, WITH_CLOSENESS) and choose(swapped, 2)[1][1] > 0
    # And where the hypotheses' own middle does, closeness.
    swapped = fitted_on | {"witness": fitted_on["witness_as_placed"], "closeness": -fitted_on["mpjpe"] / 20}
    assert choose(swapped, 2)[0] == WITH_CLOSENESS and choose(swapped, 2)[1][3] > 0
    outcome = mix(fitted_on, seen(100), 2)
    assert outcome.names == ("selector", *MIXTURES)
    for name in ("witness", "selector and witness"):
        score = outcome.mu[outcome.names.index(name)]
        assert (score.argmax(1) == outcome.mpjpe.argmin(1)).mean() > 0.9


def test_a_folder_without_a_result_gets_a_sentence(tmp_path):
    with pytest.raises(InputError, match="--witness"):
        WitnessResult.load(tmp_path)
    (tmp_path / "result.json").write_text('{"n": 4, "resamplings": [], "smear_error": 0, "cost_ms": {}}')
    with pytest.raises(InputError, match="--witness"):
        WitnessResult.load(tmp_path)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("witness")
    generate(folder / "photos", SynthesisConfig(size=64), 5, 12, 1, lambda progress: None)
    torch.manual_seed(0)
    generator = GeneratorConfig(backbone="mobilenet_v2", image_size=64, width=16, heads=2, blocks=1)
    save_network(Generator(generator), folder / GENERATOR_FILE)
    save_network(Selector(SelectorConfig(width=16, blocks=1, heads=2, generator_width=16)), folder / SELECTOR_FILE)
    return folder


def test_the_command_trains_tests_and_writes_the_table(folder, tmp_path, capsys):
    out = tmp_path / "run"
    arguments = [
        "ablate", "witness", "--data", str(folder / "photos"), "--test", str(folder / "photos"), "--out", str(out),
        "--weights", str(folder), "--steps", "3", "--batch-size", "2", "--validation", "5", "--test-limit", "6",
        "--hypotheses", "6", "--n", "2", "--bootstrap", "20", "--device", "cpu", "--threads", "1",
    ]  # fmt: skip
    assert main(arguments) == 0
    table = (out / "table.md").read_text()
    assert table in capsys.readouterr().out + "\n"
    assert all(f"| {name} |" in table for name in ("selector", *MIXTURES))
    assert "Cost for 6 hypotheses: head" in table
    told = "\n".join(witness_lines(WitnessResult.load(out)))
    assert table in told + "\n" and "Alone the witness closes" in told
    assert not (folder / WITNESS_FILE).exists()
    other = ["--out", str(tmp_path / "other"), "--validation", "12"]
    assert main([*arguments, *other]) == 1
    assert "too few" in capsys.readouterr().err


def test_a_published_witness_scores_as_it_did_on_trial(folder, tmp_path, capsys):
    weights = tmp_path / "weights"
    shutil.copytree(folder, weights)
    out = tmp_path / "run"
    arguments = [
        "ablate", "witness", "--data", str(folder / "photos"), "--test", str(folder / "photos"), "--out", str(out),
        "--weights", str(weights), "--steps", "2", "--batch-size", "2", "--validation", "5", "--test-limit", "4",
        "--hypotheses", "6", "--n", "2", "--bootstrap", "5", "--device", "cpu", "--threads", "1", "--publish",
    ]  # fmt: skip
    assert main(arguments) == 0
    assert (out / WITNESS_FILE).exists() and (weights / WITNESS_FILE).exists()
    # The scores that predictions get are those of the mixture that was tested.
    generator, selector = load_generator(weights / GENERATOR_FILE), load_selector(weights / SELECTOR_FILE)
    data = open_dataset(folder / "photos")
    images = crops_to_tensor([data.image(index) for index in range(4)])
    focal = torch.from_numpy(data.arrays()["crop_focal"][:4])
    result = recover(generator, selector, HandModel.load(), images, focal, 6, seed=0)
    tested = WitnessResult.load(out)
    outcome = tested.outcome
    expected = outcome.mu[outcome.names.index(tested.published)]
    np.testing.assert_allclose((result.mu - result.nu).numpy(), expected, atol=1e-3)
    assert main(["calibrate", "--weights", str(weights), "--data", str(folder / "photos")]) == 1
    assert "calibrate" in capsys.readouterr().err
    (weights / WITNESS_FILE).unlink()
    alone = recover(generator, load_selector(weights / SELECTOR_FILE), HandModel.load(), images, focal, 6, seed=0)
    np.testing.assert_allclose((alone.mu - alone.nu).numpy(), outcome.mu[0], atol=1e-3)


def test_evidence_is_told_against_a_photos_own_mean():
    logit, distance = torch.tensor([[0.5, 0.7]]), torch.tensor([[0.06, 0.02]])
    told = evidence(logit, distance, torch.tensor([[-0.30, -0.32]]), torch.tensor([[0.2, -0.2]]))
    torch.testing.assert_close(told[0, 0], torch.tensor([0.5, -0.5, 1.0, 0.2]), atol=1e-5, rtol=0)
    torch.testing.assert_close(told[0, 1], torch.tensor([0.7, 0.5, -1.0, -0.2]), atol=1e-5, rtol=0)


def test_closeness_by_hand_and_where_nothing_differs():
    joints = torch.zeros(1, 3, 3, 21, 3)
    joints[0, 0, ..., 0], joints[0, 1, ..., 0] = -0.03, 0.03
    # The mean is the third: its distance is 0, the others' 30 mm, 20 mm on average.
    torch.testing.assert_close(closeness(joints), torch.tensor([[-0.5, -0.5, 1.0]]))
    order = torch.tensor([2, 0, 1])
    torch.testing.assert_close(closeness(joints[:, order]), closeness(joints)[:, order])
    assert closeness(joints[:, :1]).abs().max() == 0
    assert closeness(torch.ones(2, 4, 3, 21, 3)).abs().max() == 0
