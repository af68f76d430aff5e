"""The convolutional trunk of MediaPipe's hand landmark network (EfficientNet-lite-like), as a backbone to train on.

Its published weights were trained on real hands; training loads them from models/detector/hand_landmark_full.onnx.
Batch norms are folded into the convolutions there, so none are here.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from handviz.geometry.skeleton import JOINT_NAMES
from handviz.network.backbone import Backbone

NATIVE_SIZE = 224
"""Side in pixels of the crops the published weights were trained on; its landmarks are in these pixels."""
WORLD_UNIT = 10.0
"""Metres are told times this, so that they are about as large as crop sides."""

_BLOCKS = (
    (16, 64, 3, 2, 24),
    (24, 144, 3, 1, 24),
    (24, 144, 5, 2, 40),
    (40, 240, 5, 1, 40),
    (40, 240, 3, 2, 80),
    (80, 480, 3, 1, 80),
    (80, 480, 3, 1, 80),
    (80, 480, 5, 1, 112),
    (112, 672, 5, 1, 112),
    (112, 672, 5, 1, 112),
    (112, 672, 5, 2, 192),
    (192, 1152, 5, 1, 192),
    (192, 1152, 5, 1, 192),
    (192, 1152, 5, 1, 192),
)
"""Inputs, hidden channels, kernel size, stride, outputs."""
_TAPS = (3, 9)
"""The blocks whose outputs leave at strides 8 and 16."""


class SameConvolution(nn.Conv2d):
    """Convolution whose output is the input's size over the stride, padded more at the right and bottom if need be."""

    def __init__(self, inputs: int, outputs: int, size: int, stride: int = 1, groups: int = 1) -> None:
        super().__init__(inputs, outputs, size, stride, 0 if stride > 1 else size // 2, groups=groups)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) -> (B, C', ceil(H / stride), ceil(W / stride))."""
        if self.stride[0] == 1:
            return super().forward(x)
        padding: list[int] = []
        for side in (x.shape[-1], x.shape[-2]):
            total = max((-(-side // self.stride[0]) - 1) * self.stride[0] + self.kernel_size[0] - side, 0)
            padding += [total // 2, total - total // 2]
        return super().forward(functional.pad(x, padding))


class ExpandedBlock(nn.Module):
    """Expand, depthwise, project; identity around it where shapes allow."""

    def __init__(self, inputs: int, hidden: int, size: int, stride: int, outputs: int) -> None:
        super().__init__()
        self.identity = stride == 1 and inputs == outputs
        self.expand = SameConvolution(inputs, hidden, 1)
        self.depthwise = SameConvolution(hidden, hidden, size, stride, groups=hidden)
        self.project = SameConvolution(hidden, outputs, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) -> (B, C', H', W')."""
        y = functional.relu6(self.depthwise(functional.relu6(self.expand(x))))
        y = self.project(y)
        return x + y if self.identity else y


class HandLandmarkTrunk(Backbone):
    """Features at strides 8, 16, 32, and landmarks read from the pooled last ones.

    The last map has the 1152 channels that the published network pools for its answers.
    """

    channels = (40, 112, 1152)
    landmark_values = 6
    knows_sides = True

    def __init__(self) -> None:
        super().__init__()
        self.stem = SameConvolution(3, 24, 3, 2)
        self.stem_depthwise = SameConvolution(24, 24, 3, groups=24)
        self.stem_project = SameConvolution(24, 16, 1)
        self.blocks = nn.ModuleList(ExpandedBlock(*sizes) for sizes in _BLOCKS)
        self.last_expand = SameConvolution(192, 1152, 1)
        self.last_depthwise = SameConvolution(1152, 1152, 3, groups=1152)
        joints = len(JOINT_NAMES)
        self.landmark_head = nn.Linear(1152, 3 * joints)
        self.world_head = nn.Linear(1152, 3 * joints)
        self.side_head = nn.Linear(1152, 1)
        self.presence_head = nn.Linear(1152, 1)
        # Without batch norm, only such weights carry a picture through so many untrained layers.
        for layer in self.convolutions():
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            nn.init.zeros_(layer.bias)

    def normalise(self, images: Tensor) -> Tensor:
        """The network wants 0..1 as it is."""
        return images.contiguous(memory_format=torch.channels_last)

    def forward(self, images: Tensor) -> list[Tensor]:
        """(B, 3, S, S) in 0..1 -> features at strides 8, 16, 32."""
        x = functional.relu6(self.stem(self.normalise(images)))
        x = self.stem_project(functional.relu6(self.stem_depthwise(x)))
        taps = []
        for index, block in enumerate(self.blocks):
            x = block(x)
            if index in _TAPS:
                taps.append(x)
        x = functional.relu6(self.last_depthwise(functional.relu6(self.last_expand(x))))
        return [*taps, x]

    def landmarks(self, features: list[Tensor]) -> Tensor:
        """(B, 21, 6) of each joint: x, y in 0..1 of the crop, depth in crop sides; then metres times 10, wrist-free."""
        pooled = features[-1].mean((-2, -1))
        in_crop = self.landmark_head(pooled).unflatten(-1, (-1, 3)) / NATIVE_SIZE
        return torch.cat([in_crop, WORLD_UNIT * self.world_head(pooled).unflatten(-1, (-1, 3))], -1)

    def right_hand_logit(self, features: list[Tensor]) -> Tensor:
        """(B,) log odds of a right hand against a left one, as published."""
        return self.side_head(features[-1].mean((-2, -1)))[:, 0].float()

    def presence(self, features: list[Tensor]) -> Tensor:
        """(B,) log odds that a hand is there, as published; it falls with blur."""
        return self.presence_head(features[-1].mean((-2, -1)))[:, 0].float()

    def early_layers(self, stride: int) -> list[nn.Module]:
        """The stem and the blocks down to a stride of 8 or 16; they hold few weights and cost the most time."""
        count = {8: _TAPS[0] + 1, 16: _TAPS[1] + 1}.get(stride)
        return [] if count is None else [self.stem, self.stem_depthwise, self.stem_project, *self.blocks[:count]]

    def convolutions(self) -> list[SameConvolution]:
        """All convolutions from the picture to the features: the order in which the published file holds them."""
        inner = [layer for block in self.blocks for layer in (block.expand, block.depthwise, block.project)]
        return [self.stem, self.stem_depthwise, self.stem_project, *inner, self.last_expand, self.last_depthwise]
