"""Weight files: safetensors, the network's kind and configuration in their header, hashes in a manifest beside them."""

import json
from pathlib import Path
from typing import TypeVar

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import nn

from handviz.errors import ModelFileError
from handviz.files import atomic_write, sha256
from handviz.network.config import (
    GeneratorConfig,
    SelectorConfig,
    TrustConfig,
    WitnessConfig,
    config_from_dict,
    config_to_dict,
)
from handviz.network.generator import Generator
from handviz.network.selector import Selector
from handviz.network.trust import LandmarkTrust
from handviz.network.witness import Witness
from handviz.resources import models_dir

GENERATOR_FILE = "generator.safetensors"
SELECTOR_FILE = "selector.safetensors"
WITNESS_FILE = "witness.safetensors"
TRUST_FILE = "trust.safetensors"
MANIFEST = "manifest.json"
MAX_HEADER_BYTES = 1 << 20

AnyNetwork = Generator | Selector | Witness | LandmarkTrust
Network = TypeVar("Network", Generator, Selector, Witness, LandmarkTrust)
_KINDS = {Generator: "generator", Selector: "selector", Witness: "witness", LandmarkTrust: "trust"}
_PARTS = ("trust.", "witness.")
"""Weights of networks that are used inside another one and lie in files of their own."""


def default_weights() -> Path:
    """Folder of the weights that ship with handviz."""
    return models_dir() / "weights"


def save_network(network: AnyNetwork, path: Path, half: bool = False, **notes: str) -> None:
    """Write weights through a temporary file; notes go into the header. half stores float16."""
    kind = _KINDS[type(network)]
    state = {
        name: value.detach().cpu().contiguous()
        for name, value in network.state_dict().items()
        if not name.startswith(_PARTS)
    }
    if half:
        state = {name: value.half() if value.dtype == torch.float32 else value for name, value in state.items()}
    metadata = {"kind": kind, "config": json.dumps(config_to_dict(network.config)), **notes}
    with atomic_write(path) as file:
        file.write(save(state, metadata=metadata))


def rewrite_network(network: Generator | Selector, path: Path) -> None:
    """Write changed weights over the file they came from, with its precision and notes, and correct the manifest."""
    with safe_open(path, framework="pt") as file:
        notes = {name: text for name, text in file.metadata().items() if name not in ("kind", "config")}
        half = any(file.get_slice(name).get_dtype() == "F16" for name in file.keys())  # noqa: SIM118 (not a dict)
    save_network(network, path, half=half, **notes)
    if (path.parent / MANIFEST).exists():
        write_manifest(path.parent)


def write_manifest(folder: Path) -> None:
    """Record the hashes of a folder's weight files, so that altered ones are noticed."""
    hashes = {path.name: sha256(path) for path in sorted(folder.glob("*.safetensors"))}
    with atomic_write(folder / MANIFEST, "w") as file:
        file.write(json.dumps(hashes, indent=2) + "\n")


def load_generator(path: Path, device: str | torch.device = "cpu") -> Generator:
    """The generation network of a weight file, ready for inference, with the trust in landmarks that lies beside it, if
    one does.

    Raises ModelFileError.
    """
    generator = _load(path, "generator", GeneratorConfig, Generator, device)
    generator.trust = _load_beside(path, TRUST_FILE, "trust", TrustConfig, LandmarkTrust, device)
    return generator


def load_selector(path: Path, device: str | torch.device = "cpu") -> Selector:
    """The selection network of a weight file, ready for inference, with the witness that lies beside it, if one does.

    Raises ModelFileError.
    """
    selector = _load(path, "selector", SelectorConfig, Selector, device)
    selector.witness = _load_beside(path, WITNESS_FILE, "witness", WitnessConfig, Witness, device)
    return selector


def _load_beside(
    path: Path, name: str, kind: str, config_type: type, network_type: type[Network], device: str | torch.device
) -> Network | None:
    beside = Path(path).parent / name
    return _load(beside, kind, config_type, network_type, device) if beside.is_file() else None


def _load(path: Path, kind: str, config_type: type, network_type: type[Network], device: str | torch.device) -> Network:
    path = Path(path)
    if not path.is_file():
        raise ModelFileError(
            f"The {kind} weights {path} are missing; install handviz again, or train them (handviz train {kind})."
        )
    _check_hash(path)
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            if metadata.get("kind") != kind:
                raise ModelFileError(f"{path} holds no {kind} weights; choose a file written by handviz train {kind}.")
            config = config_from_dict(config_type, json.loads(metadata["config"]))
            state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dict)
        network = network_type(config)
        network.load_state_dict(
            {name: value.float() if value.is_floating_point() else value for name, value in state.items()}
        )
    except ModelFileError:
        raise
    except (SafetensorError, OSError, KeyError, ValueError, RuntimeError, TypeError, AttributeError) as error:
        raise ModelFileError(
            f"The {kind} weights {path} are damaged; install handviz again, or train them anew."
        ) from error
    if not all(torch.isfinite(value).all() for value in network.state_dict().values()):
        raise ModelFileError(f"The {kind} weights {path} hold values that are not finite; train them anew.")
    return network.eval().requires_grad_(False).to(device)


def _check_hash(path: Path) -> None:
    manifest = path.parent / MANIFEST
    if not manifest.is_file():
        return
    try:
        recorded = json.loads(manifest.read_text()).get(path.name)
    except (OSError, ValueError, AttributeError) as error:
        raise ModelFileError(f"The list of hashes {manifest} is damaged; install handviz again.") from error
    if recorded is not None and recorded != sha256(path):
        raise ModelFileError(f"The weights {path} are not the ones recorded in {MANIFEST}; install handviz again.")


def parameters(network: nn.Module) -> int:
    """Number of weights."""
    return sum(parameter.numel() for parameter in network.parameters())
