"""Weights of a network with fewer inputs as the start of one with more: what is new begins without a say.

A generator whose backbone becomes the first part of a twin, and a selector that is told landmarks besides.
"""

from dataclasses import replace

import torch
from torch import Tensor, nn

from handviz.errors import InputError
from handviz.network.generator import Generator
from handviz.network.hand_landmark import NATIVE_SIZE
from handviz.network.selector import Selector, reading
from handviz.network.unfolder import NUM_TIMESTEPS

_TWINS_FIRST = "mobilenet_v2"


def grow_generator(small: Generator) -> Generator:
    """A twin generator that answers as `small` does, whose trunk of published weights is still to be loaded.

    Raises InputError for a generator with another backbone.
    """
    if small.config.backbone != _TWINS_FIRST:
        raise InputError(f"A twin grows from a generator on {_TWINS_FIRST}, not {small.config.backbone}; name another.")
    grown = Generator(replace(small.config, backbone="twin", image_size=NATIVE_SIZE))
    state = {name.replace("backbone.", "backbone.small.", 1): value for name, value in small.state_dict().items()}
    _fill(grown, state)
    return grown


def grow_selector(small: Selector, generator: Generator) -> Selector:
    """A selector for the hypotheses of `generator`, which tells landmarks where that of `small` told none.

    Raises InputError when more than that is different.
    """
    wanted = reading(small.config, generator)
    if replace(wanted, landmarks=small.config.landmarks) != small.config:
        raise InputError("The selector to start from reads other features; start anew, or name one that fits.")
    grown = Selector(wanted)
    state = {name: value for name, value in small.state_dict().items() if not name.startswith("witness.")}
    first = "geometry.0.weight"
    # Each timestep has its own block of inputs, and what is new stands at the end of each block.
    by_timestep = state[first].unflatten(1, (NUM_TIMESTEPS, -1))
    more = grown.geometry[0].weight.shape[1] // NUM_TIMESTEPS - by_timestep.shape[2]
    state[first] = nn.functional.pad(by_timestep, (0, more)).flatten(1)
    _fill(grown, state)
    return grown


@torch.no_grad()
def _fill(network: nn.Module, state: dict[str, Tensor]) -> None:
    """Copy weights; where the network has more inputs, the further ones get zeros. Others stay as they were."""
    for name, own in network.state_dict().items():
        if (value := state.get(name)) is None:
            continue
        if own.shape != value.shape:
            own.zero_()
            own[:, : value.shape[1]] = value
        else:
            own.copy_(value)
