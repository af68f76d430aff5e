"""Laws of the generation losses."""

import dataclasses

import pytest
import torch

from handviz.hand.model import HandModel
from handviz.network.config import GeneratorConfig
from handviz.network.generator import Generator
from handviz.network.kinematics import JointKinematics
from handviz.network.rotations import axis_angle_to_matrix
from handviz.training.generator_losses import (
    Truth,
    diversity_loss,
    energy_score,
    generator_loss,
    heat_map_loss,
    sequence_distance,
    winner_takes_all,
)
from handviz.training.loss_config import GeneratorLossConfig


def _truth(count: int) -> Truth:
    rng = torch.Generator().manual_seed(0)
    rotations = axis_angle_to_matrix(0.3 * torch.randn(count, 3, 16, 3, generator=rng))
    betas = torch.randn(count, 10, generator=rng)
    joints = JointKinematics(HandModel.load())(rotations, betas[:, None])
    translation = torch.tensor([0.01, -0.02, 0.6]).expand(count, 3, 3).clone()
    return Truth(rotations, betas, translation, joints, torch.full((count,), 2.0), torch.ones(count))


def test_winner_is_chosen_per_sequence_not_per_moment() -> None:
    # Hypothesis 0 is best at the first moment, 1 at the second; 2 is best as a whole.
    x = torch.tensor([[0.0, 9.0], [9.0, 0.0], [2.0, 2.0]]).view(1, 3, 2, 1, 1)
    loss, winners = winner_takes_all([x], [torch.zeros(1, 1, 2, 1, 1)])
    assert winners.tolist() == [2]
    assert loss.item() == pytest.approx(2.0)


def test_only_the_winner_gets_gradient() -> None:
    x = torch.tensor([1.0, 2.0, 3.0]).view(1, 3, 1, 1, 1).requires_grad_()
    winner_takes_all([x], [torch.zeros(1, 1, 1, 1, 1)])[0].backward()
    assert x.grad.flatten().tolist() == [1.0, 0.0, 0.0]


def test_energy_score_by_hand() -> None:
    # Points 0 and 2 against 1: mean distance 1, half the distance between them 1.
    x = torch.tensor([0.0, 2.0]).view(1, 2, 1, 1, 1)
    assert energy_score([x], [torch.ones(1, 1, 1, 1, 1)]).item() == pytest.approx(1.0 - 0.5 * 2.0, abs=1e-3)


def test_energy_score_prefers_the_right_spread() -> None:
    rng = torch.Generator().manual_seed(0)
    truth = torch.randn(4000, 1, 1, 1, 3, generator=rng)
    noise = torch.randn(4000, 16, 1, 1, 3, generator=rng)
    scores = [energy_score([width * noise], [truth]).item() for width in (0.3, 1.0, 2.0)]
    assert scores[1] < scores[0] and scores[1] < scores[2]


def test_sequence_distance_is_symmetric_and_obeys_the_triangle_inequality() -> None:
    a, b, c = torch.randn(3, 20, 3, 21, 3, generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(sequence_distance(a, b), sequence_distance(b, a))
    assert (sequence_distance(a, c) <= sequence_distance(a, b) + sequence_distance(b, c) + 1e-5).all()


def test_diversity_falls_as_hypotheses_part() -> None:
    tokens = torch.randn(2, 4, 21, 8, generator=torch.Generator().manual_seed(0))
    assert diversity_loss(torch.zeros(2, 4, 21, 8), 1.0).item() == pytest.approx(1.0)
    assert diversity_loss(3 * tokens, 10.0) < diversity_loss(tokens, 10.0) < 1.0
    assert diversity_loss(tokens[:, :1], 1.0).item() == 0.0


def test_heat_maps_may_tell_the_motion_in_either_direction() -> None:
    truth = torch.rand(2, 3, 21, 2)
    assert heat_map_loss(truth.flip(1), truth).item() == pytest.approx(0.0, abs=1e-6)
    assert heat_map_loss(truth[:, [1, 0, 2]], truth) > 0.01


@pytest.mark.parametrize("objective", ["energy", "winner"])
def test_the_whole_loss_trains_every_weight(objective: str) -> None:
    torch.manual_seed(0)
    network = Generator(GeneratorConfig(image_size=64, width=32, blocks=1))
    features, batch = network(torch.rand(2, 3, 64, 64), torch.full((2,), 2.0), 4)
    config = GeneratorLossConfig(objective=objective)
    loss, figures = generator_loss(config, JointKinematics(HandModel.load()), features, batch, _truth(2))
    loss.backward()
    assert figures["best_mm"] <= figures["mean_mm"]
    without = [name for name, p in network.named_parameters() if p.grad is None or not torch.isfinite(p.grad).all()]
    assert without == []


def test_unknown_parameters_cost_nothing() -> None:
    torch.manual_seed(0)
    network = Generator(GeneratorConfig(image_size=64, width=32, blocks=1)).eval()
    features, batch = network(torch.rand(2, 3, 64, 64), torch.full((2,), 2.0), 4)
    kinematics, truth = JointKinematics(HandModel.load()), _truth(2)
    unknown = dataclasses.replace(truth, has_parameters=torch.zeros(2))
    turned = dataclasses.replace(unknown, rotations=truth.rotations.flip(2), betas=truth.betas + 1)
    first, second = (
        generator_loss(GeneratorLossConfig(), kinematics, features, batch, t)[0] for t in (unknown, turned)
    )
    torch.testing.assert_close(first, second)
