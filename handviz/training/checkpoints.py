"""Checkpoints of a run: one safetensors file of weights, averaged weights and optimiser state, replaced atomically."""

import json
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from handviz.errors import ModelFileError
from handviz.files import atomic_write

CHECKPOINT_FILE = "checkpoint.safetensors"


def save_checkpoint(
    path: Path, step: int, network: nn.Module, average: nn.Module, optimizer: torch.optim.Optimizer
) -> None:
    """Write everything needed to go on from `step` as if nothing had happened."""
    tensors: dict[str, Tensor] = {}
    tensors.update({f"network/{name}": value for name, value in network.state_dict().items()})
    tensors.update({f"average/{name}": value for name, value in average.state_dict().items()})
    for index, state in optimizer.state_dict()["state"].items():
        tensors.update({f"optimizer/{index}/{name}": value for name, value in state.items()})
    tensors = {name: value.detach().cpu().contiguous().clone() for name, value in tensors.items()}
    with atomic_write(path) as file:
        file.write(save(tensors, metadata={"step": json.dumps(step)}))


def load_checkpoint(path: Path, network: nn.Module, average: nn.Module, optimizer: torch.optim.Optimizer) -> int:
    """Restore what save_checkpoint wrote and return the step; 0 without a file. Raises ModelFileError."""
    if not path.is_file():
        return 0
    parts: dict[str, dict[str, Tensor]] = {"network": {}, "average": {}}
    states: dict[int, dict[str, Tensor]] = {}
    try:
        with safe_open(path, framework="pt") as file:
            step = int(json.loads((file.metadata() or {})["step"]))
            for key in file.keys():  # noqa: SIM118 (not a dict)
                kind, _, name = key.partition("/")
                if kind == "optimizer":
                    index, _, field = name.partition("/")
                    states.setdefault(int(index), {})[field] = file.get_tensor(key)
                else:
                    parts[kind][name] = file.get_tensor(key)
        network.load_state_dict(parts["network"])
        average.load_state_dict(parts["average"])
        optimizer.load_state_dict({"state": states, "param_groups": optimizer.state_dict()["param_groups"]})
    except (SafetensorError, KeyError, ValueError, RuntimeError) as error:
        raise ModelFileError(
            f"The checkpoint {path} does not fit this run or is damaged; choose a new --out."
        ) from error
    return step
