"""Flow matching as a hypothesis source: noise is carried to hand sequences along a learned velocity (Lipman 2023).

A sequence is a state of 17 tokens: one a joint of MANO with its 6D rotations at all timesteps, and one with the wrist's
place in the crop and the scale. Training draws a time t, mixes the true state with noise, (1 - t) noise + t truth, and
asks for the velocity truth - noise; hypotheses are made by a few Euler steps from pure noise. Any number of them.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from handviz.geometry.skeleton import JOINT21_OF_MANO16, WRIST
from handviz.network.regressor import IDENTITY_6D, START_LOG_SCALE
from handviz.network.rotations import rotation_6d_to_matrix
from handviz.network.transformer import Block, learned
from handviz.network.unfolder import NUM_TIMESTEPS

_JOINTS = len(JOINT21_OF_MANO16)
_TOKENS = _JOINTS + 1
_VALUES = 6 * NUM_TIMESTEPS
_CAMERA_VALUES = 3 * NUM_TIMESTEPS
_FREQUENCIES = 16
_SETTLED = 500
"""Training steps after which the statistics of the true states stay as they are."""
_LEAST_DEVIATION = 0.02


@dataclass
class FlowTarget:
    """What training asks the flow for."""

    state: Tensor
    """(B, 17, 18) of the truth, see pack_state."""
    known: Tensor
    """(B,) 1 where rotations are known; elsewhere only the mean answer can be learned, from joints."""


@dataclass
class FlowParts:
    """A state taken apart."""

    rotations: Tensor
    """(..., T, 16, 3, 3)."""
    wrist_2d: Tensor
    """(..., T, 2) crop coordinates 0..1."""
    log_scale: Tensor
    """(..., T)."""


def pack_state(rotations: Tensor, wrist_2d: Tensor, log_scale: Tensor) -> Tensor:
    """Rotations (..., T, 16, 3, 3), wrist_2d (..., T, 2), log_scale (..., T) -> state (..., 17, 18)."""
    identity = rotations.new_tensor(IDENTITY_6D)
    six = rotations[..., :2].transpose(-1, -2).flatten(-2) - identity
    joints = six.transpose(-3, -2).flatten(-2)
    camera = torch.cat([wrist_2d - 0.5, log_scale[..., None] - START_LOG_SCALE], -1).flatten(-2)
    camera = torch.cat([camera, camera.new_zeros(*camera.shape[:-1], _VALUES - _CAMERA_VALUES)], -1)
    return torch.cat([joints, camera[..., None, :]], -2)


def unpack_state(state: Tensor) -> FlowParts:
    """The inverse of pack_state; 6D values that are none become the nearest rotations."""
    six = state[..., :_JOINTS, :].unflatten(-1, (NUM_TIMESTEPS, 6)).transpose(-3, -2)
    camera = state[..., _JOINTS, :_CAMERA_VALUES].unflatten(-1, (NUM_TIMESTEPS, 3))
    return FlowParts(
        rotation_6d_to_matrix(six + state.new_tensor(IDENTITY_6D)),
        0.5 + camera[..., :2],
        START_LOG_SCALE + camera[..., 2],
    )


class FlowSource(nn.Module):
    """The velocity of states given a photo's joint tokens, and the way from noise to hypotheses."""

    def __init__(self, width: int, blocks: int, heads: int, steps: int) -> None:
        super().__init__()
        self.steps = steps
        self.read = nn.Linear(_VALUES, width)
        self.time = nn.Sequential(nn.Linear(2 * _FREQUENCIES, width), nn.GELU(), nn.Linear(width, width))
        self.position = learned(_TOKENS, width)
        self.blocks = nn.ModuleList(Block(width, heads, cross=True) for _ in range(blocks))
        self.norm = nn.LayerNorm(width)
        self.velocity_of = nn.Linear(width, _VALUES)
        nn.init.zeros_(self.velocity_of.weight)
        nn.init.zeros_(self.velocity_of.bias)
        self.register_buffer("seen", torch.zeros(()))
        self.register_buffer("mean", torch.zeros(_TOKENS, _VALUES))
        self.register_buffer("square", torch.ones(_TOKENS, _VALUES))
        used = torch.ones(_TOKENS, _VALUES)
        used[_JOINTS, _CAMERA_VALUES:] = 0.0
        self.register_buffer("used", used, persistent=False)
        self.register_buffer("frequencies", torch.pi * 2.0 ** torch.linspace(-2, 6, _FREQUENCIES), persistent=False)

    @property
    def deviation(self) -> Tensor:
        """(17, 18) standard deviation of true states."""
        return (self.square - self.mean.square()).clamp_min(_LEAST_DEVIATION**2).sqrt()

    def velocity(self, states: Tensor, times: Tensor, context: Tensor) -> tuple[Tensor, Tensor]:
        """Velocity (B, K, 17, 18) of states (B, K, 17, 18) at times (B, K) in 0..1 given a photo's tokens (B, 21, E).

        States are in units of their deviation. Also the refined tokens (B, K, 17, E). Hypotheses do not see each other.
        """
        angles = times[..., None] * self.frequencies
        time = self.time(torch.cat([angles.sin(), angles.cos()], -1).to(context.dtype))
        own = context[:, [*JOINT21_OF_MANO16, WRIST]]
        tokens = self.read(states.to(context.dtype)) + (own + self.position)[:, None] + time[:, :, None]
        for block in self.blocks:
            tokens = block(tokens, context)
        tokens = self.norm(tokens)
        return self.velocity_of(tokens).float() * self.used, tokens

    def forward(
        self, context: Tensor, hypotheses: int, rng: torch.Generator | None, central: Tensor | None = None
    ) -> tuple[FlowParts, Tensor]:
        """K hypotheses of each photo by Euler steps from noise drawn on the CPU, and their last tokens; photos
        that are central (B,) have a first one that starts from no noise."""
        states = self._noise(context, hypotheses, rng)
        if central is not None:
            states[central, 0] = 0.0
        for step in range(self.steps):
            times = context.new_full(states.shape[:2], step / self.steps, dtype=torch.float32)
            velocity, tokens = self.velocity(states, times, context)
            states = states + velocity / self.steps
        return unpack_state(states * self.deviation + self.mean), tokens

    def denoise(self, context: Tensor, draws: int, target: FlowTarget) -> tuple[FlowParts, Tensor, Tensor]:
        """For training: the answers (B, K) that K noisy states of each photo lead to in one step, their tokens, and the
        mean squared error (B, K) of their velocities, 0 where rotations are not known."""
        if self.training:
            self._learn_statistics(target)
        noise = self._noise(context, draws, None)
        known = target.known[:, None]
        truth = ((target.state - self.mean) / self.deviation)[:, None] * known[..., None, None]
        # Without known rotations a state can only be pure noise, which is right at time 0 alone.
        times = torch.rand(noise.shape[:2], device=noise.device) * known
        mixed = noise + times[..., None, None] * (truth - noise)
        velocity, tokens = self.velocity(mixed, times, context)
        error = ((velocity - (truth - noise) * self.used).square().sum((-2, -1)) / self.used.sum()) * known
        answer = mixed + (1.0 - times[..., None, None]) * velocity
        return unpack_state(answer * self.deviation + self.mean), tokens, error

    def _noise(self, context: Tensor, hypotheses: int, rng: torch.Generator | None) -> Tensor:
        noise = torch.randn(len(context), hypotheses, _TOKENS, _VALUES, generator=rng)
        return noise.to(context.device) * self.used

    @torch.no_grad()
    def _learn_statistics(self, target: FlowTarget) -> None:
        states = target.state[target.known > 0]
        if self.seen >= _SETTLED or not len(states):
            return
        self.seen += 1
        self.mean += (states.mean(0) - self.mean) / self.seen
        self.square += (states.square().mean(0) - self.square) / self.seen
