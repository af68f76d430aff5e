"""Flow matching: states, velocities, sampling, and that it learns a distribution with two modes."""

import pytest
import torch

from handviz.network.config import GeneratorConfig
from handviz.network.flow import FlowSource, FlowTarget, pack_state, unpack_state
from handviz.network.generator import Generator
from handviz.network.rotations import axis_angle_to_matrix

SMALL = GeneratorConfig(backbone="mobilenet_v2", image_size=64, width=32, blocks=2, source="flow")


def _generator(**changes: object) -> Generator:
    torch.manual_seed(0)
    network = Generator(GeneratorConfig(**{**SMALL.__dict__, **changes})).eval().requires_grad_(False)
    # A velocity of zero, as training starts with, hides mix-ups.
    torch.nn.init.normal_(network.source.velocity_of.weight, std=0.2)
    return network


@pytest.fixture(scope="module")
def generator() -> Generator:
    return _generator()


def _photos(count: int) -> tuple[torch.Tensor, torch.Tensor]:
    rng = torch.Generator().manual_seed(1)
    return torch.rand(count, 3, 64, 64, generator=rng), 1.5 + torch.rand(count, generator=rng)


def _rotations(*shape: int) -> torch.Tensor:
    return axis_angle_to_matrix(torch.randn(*shape, 3, generator=torch.Generator().manual_seed(2)))


def test_a_state_holds_what_it_was_made_of() -> None:
    rotations, wrist = _rotations(4, 3, 16), torch.rand(4, 3, 2)
    scale = torch.randn(4, 3)
    state = pack_state(rotations, wrist, scale)
    assert state.shape == (4, 17, 18)
    parts = unpack_state(state)
    torch.testing.assert_close(parts.rotations, rotations, atol=1e-5, rtol=0)
    torch.testing.assert_close(parts.wrist_2d, wrist)
    torch.testing.assert_close(parts.log_scale, scale)


@pytest.mark.parametrize("hypotheses", [1, 200])
def test_any_number_of_hypotheses(generator: Generator, hypotheses: int) -> None:
    images, focal = _photos(2)
    _, batch = generator(images, focal, hypotheses, torch.Generator().manual_seed(0))
    assert batch.rotations.shape == (2, hypotheses, 3, 16, 3, 3)
    assert batch.betas.shape == (2, hypotheses, 10) and batch.velocity_error is None
    assert batch.wrist_2d.shape == (2, hypotheses, 3, 2) and batch.log_scale.shape == (2, hypotheses, 3)
    torch.testing.assert_close(
        torch.linalg.det(batch.rotations), torch.ones(batch.rotations.shape[:-2]), atol=1e-4, rtol=0
    )


def test_the_seed_tells_the_hypotheses(generator: Generator) -> None:
    images, focal = _photos(2)
    first, same, other = (
        generator(images, focal, 5, torch.Generator().manual_seed(seed))[1].rotations for seed in (3, 3, 4)
    )
    torch.testing.assert_close(first, same, atol=0, rtol=0)
    assert (first - other).abs().max() > 0.01


def test_photos_and_hypotheses_do_not_see_each_other(generator: Generator) -> None:
    images, focal = _photos(3)
    features = generator.encode(images, focal)
    tokens = torch.randn(3, 21, SMALL.width)
    states, times = torch.randn(3, 6, 17, 18), torch.rand(3, 6)
    velocity, _ = generator.source.velocity(states, times, tokens)
    alone, _ = generator.source.velocity(states[1:2, 2:4], times[1:2, 2:4], tokens[1:2])
    torch.testing.assert_close(velocity[1:2, 2:4], alone, atol=1e-5, rtol=0)
    elsewhere, _ = generator.source.velocity(states[1:2, 2:4], times[1:2, 2:4], tokens[:1])
    assert (elsewhere - alone).abs().max() > 1e-3
    assert features.joints_2d.shape == (3, 3, 21, 2)


def test_tokens_of_timesteps_serve_too() -> None:
    images, focal = _photos(2)
    _, batch = _generator(tokens="timestep_joint")(images, focal, 3)
    assert batch.rotations.shape == (2, 3, 3, 16, 3, 3)


def test_the_velocity_error_is_that_of_the_straight_way() -> None:
    torch.manual_seed(0)
    source = FlowSource(32, 1, 2, steps=4).eval()
    state = pack_state(_rotations(2, 3, 16), torch.full((2, 3, 2), 0.5), torch.full((2, 3), 1.3))
    target = FlowTarget(state, torch.tensor([1.0, 0.0]))
    torch.manual_seed(5)
    _, _, error = source.denoise(torch.randn(2, 21, 32), 3, target)
    torch.manual_seed(5)
    torch.randn(2, 21, 32)
    noise = torch.randn(2, 3, 17, 18) * source.used
    # The untrained velocity is 0, so the error is the square of truth - noise; the deviation starts at 1.
    expected = ((state[:1, None] - noise[:1]) * source.used).square().sum((-2, -1)) / (16 * 18 + 9)
    torch.testing.assert_close(error[:1], expected)
    assert (error[1] == 0).all()


def test_it_learns_both_of_two_answers() -> None:
    """Half of the truths turn one way and half the other: hypotheses must do so too, none in the middle."""
    torch.manual_seed(0)
    source = FlowSource(32, 1, 2, steps=4).train()
    angle = torch.zeros(2, 3, 16, 3)
    angle[0, :, 0, 2], angle[1, :, 0, 2] = 1.2, -1.2
    wrist, scale = torch.full((2, 3, 2), 0.5), torch.full((2, 3), 1.3)
    states = pack_state(axis_angle_to_matrix(angle), wrist, scale)
    optimizer = torch.optim.Adam(source.parameters(), lr=3e-3)
    context = torch.zeros(16, 21, 32)
    for _ in range(250):
        target = FlowTarget(states[torch.randint(0, 2, (16,))], torch.ones(16))
        loss = source.denoise(context, 8, target)[2].mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        rotations = source.eval()(context[:1], 200, torch.Generator().manual_seed(0))[0].rotations
    found = torch.atan2(rotations[0, :, 1, 0, 1, 0], rotations[0, :, 1, 0, 0, 0])
    assert 0.3 < (found > 0).float().mean() < 0.7
    assert (found.abs() > 0.8).float().mean() > 0.8
