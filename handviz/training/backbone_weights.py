"""ImageNet weights for a backbone, from .safetensors or a torchvision .pth (read without running code)."""

from pathlib import Path

import torch
from safetensors.torch import load_file

from handviz.errors import ModelFileError
from handviz.network.backbones import Backbone


def load_backbone_weights(backbone: Backbone, path: Path) -> None:
    """Copy weights whose names fit; classifier weights are left out. Raises ModelFileError if most are missing."""
    if not path.is_file():
        raise ModelFileError(f"The backbone weights {path} are missing; the README names a package that holds them.")
    try:
        # weights_only admits tensors and plain containers alone.
        state = load_file(path) if path.suffix == ".safetensors" else torch.load(path, "cpu", weights_only=True)
    except Exception as error:
        raise ModelFileError(f"The backbone weights {path} cannot be read; download them again.") from error
    own = backbone.state_dict()
    fitting = {name: value for name, value in state.items() if name in own and own[name].shape == value.shape}
    if len(fitting) < 0.95 * len(own):
        raise ModelFileError(
            f"{path} holds {len(fitting)} of the backbone's {len(own)} tensors; choose weights of the same backbone."
        )
    backbone.load_state_dict(fitting, strict=False)
