"""Published weights for a backbone: ImageNet's from .safetensors or torchvision's .pth, the landmark network's .onnx.

Nothing in these files is run.
"""

from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import nn

from handviz.errors import ModelFileError
from handviz.network.backbone import Backbone
from handviz.network.hand_landmark import HandLandmarkTrunk
from handviz.network.twin import TwinBackbone

_LANDMARK_OUTPUT, _WORLD_OUTPUT, _SIDE_OUTPUT, _PRESENCE_OUTPUT = "638", "640", "633", "636"


def load_backbone_weights(backbone: Backbone, path: Path) -> None:
    """Copy weights whose names fit; classifier weights are left out, and a twin's trunk takes the landmark network's.

    Raises ModelFileError if most are missing.
    """
    if not path.is_file():
        raise ModelFileError(f"The backbone weights {path} are missing; the README names a package that holds them.")
    if isinstance(backbone, TwinBackbone):
        backbone = backbone.hands if path.suffix == ".onnx" else backbone.small
    if isinstance(backbone, HandLandmarkTrunk):
        _load_landmark_network(backbone, path)
        return
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


@torch.no_grad()
def _load_landmark_network(backbone: HandLandmarkTrunk, path: Path) -> None:
    """Convolutions in the order of the graph, and the linear layers that answer with landmarks and the side."""
    import onnx  # in the extra "train"

    try:
        graph = onnx.load(str(path), load_external_data=False).graph
        arrays = {item.name: onnx.numpy_helper.to_array(item).copy() for item in graph.initializer}
        nodes = list(graph.node)
    except Exception as error:
        raise ModelFileError(f"The backbone weights {path} cannot be read; install handviz again.") from error
    convolutions = [node for node in nodes if node.op_type == "Conv"]
    answers = {node.output[0]: node for node in nodes if node.op_type == "Gemm"}
    # A sigmoid turns a logit into the output's probability.
    answers |= {n.output[0]: answers[n.input[0]] for n in nodes if n.op_type == "Sigmoid" and n.input[0] in answers}
    try:
        layers: list[tuple[nn.Module, object]] = list(zip(backbone.convolutions(), convolutions, strict=True))
        layers.append((backbone.landmark_head, answers[_LANDMARK_OUTPUT]))
        layers.append((backbone.world_head, answers[_WORLD_OUTPUT]))
        layers.append((backbone.side_head, answers[_SIDE_OUTPUT]))
        layers.append((backbone.presence_head, answers[_PRESENCE_OUTPUT]))
        for layer, node in layers:
            for parameter, name in zip((layer.weight, layer.bias), node.input[1:], strict=True):
                if parameter.shape != arrays[name].shape:
                    raise ValueError(f"{name} has shape {arrays[name].shape}")
                parameter.copy_(torch.from_numpy(arrays[name]))
    except (KeyError, ValueError) as error:
        raise ModelFileError(
            f"{path} is not the hand landmark network ({error}); name models/detector/hand_landmark_full.onnx."
        ) from error
