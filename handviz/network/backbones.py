"""Image backbones by name: MobileNetV2 and ResNets here, the trunk of a hand landmark network beside them.

Parameters of MobileNetV2 and ResNets carry torchvision's names, so published ImageNet weights load into them.
"""

from collections.abc import Sequence

from torch import Tensor, nn

from handviz.network.backbone import Backbone
from handviz.network.config import BackboneName
from handviz.network.hand_landmark import HandLandmarkTrunk
from handviz.network.twin import TwinBackbone


def _convolution(
    inputs: int, outputs: int, size: int, stride: int, groups: int, activation: type[nn.Module]
) -> list[nn.Module]:
    return [
        nn.Conv2d(inputs, outputs, size, stride, size // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outputs),
        activation(inplace=True),
    ]


class InvertedResidual(nn.Module):
    """MobileNetV2's block: expand, depthwise, project; identity around it where shapes allow."""

    def __init__(self, inputs: int, outputs: int, stride: int, expansion: int) -> None:
        super().__init__()
        hidden = inputs * expansion
        self.identity = stride == 1 and inputs == outputs
        layers: list[nn.Module] = []
        if expansion != 1:
            layers.append(nn.Sequential(*_convolution(inputs, hidden, 1, 1, 1, nn.ReLU6)))
        layers.append(nn.Sequential(*_convolution(hidden, hidden, 3, stride, hidden, nn.ReLU6)))
        layers += [nn.Conv2d(hidden, outputs, 1, bias=False), nn.BatchNorm2d(outputs)]
        self.conv = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) -> (B, C', H', W')."""
        return x + self.conv(x) if self.identity else self.conv(x)


class MobileNetV2(Backbone):
    """MobileNetV2 (Sandler et al. 2018) without its last 1x1 convolution."""

    channels = (32, 96, 320)
    _STAGES = (
        (1, 16, 1, 1),
        (6, 24, 2, 2),
        (6, 32, 3, 2),
        (6, 64, 4, 2),
        (6, 96, 3, 1),
        (6, 160, 3, 2),
        (6, 320, 1, 1),
    )
    _TAPS = (6, 13, 17)

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.Sequential(*_convolution(3, 32, 3, 2, 1, nn.ReLU6))]
        width = 32
        for expansion, outputs, repeats, stride in self._STAGES:
            for repeat in range(repeats):
                layers.append(InvertedResidual(width, outputs, stride if repeat == 0 else 1, expansion))
                width = outputs
        self.features = nn.Sequential(*layers)

    def forward(self, images: Tensor) -> list[Tensor]:
        """(B, 3, S, S) in 0..1 -> features at strides 8, 16, 32."""
        x, taps = self.normalise(images), []
        for index, layer in enumerate(self.features):
            x = layer(x)
            if index in self._TAPS:
                taps.append(x)
        return taps

    def early_layers(self, stride: int) -> list[nn.Module]:
        """Those down to a stride of 8 or 16."""
        count = {8: self._TAPS[0] + 1, 16: self._TAPS[1] + 1}.get(stride, 0)
        return list(self.features[:count])


class ResidualBlock(nn.Module):
    """ResNet's block: two 3x3 convolutions, or 1x1, 3x3, 1x1 with a fourfold widening (`bottleneck`)."""

    def __init__(self, inputs: int, width: int, stride: int, bottleneck: bool) -> None:
        super().__init__()
        outputs = width * 4 if bottleneck else width
        sizes = ((inputs, width, 1, 1), (width, width, 3, stride), (width, outputs, 1, 1))
        if not bottleneck:
            sizes = ((inputs, width, 3, stride), (width, width, 3, 1))
        self.depth = len(sizes)
        for number, (source, target, size, step) in enumerate(sizes, 1):
            setattr(self, f"conv{number}", nn.Conv2d(source, target, size, step, size // 2, bias=False))
            setattr(self, f"bn{number}", nn.BatchNorm2d(target))
        self.relu = nn.ReLU(inplace=True)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) -> (B, C', H', W')."""
        identity = x if self.downsample is None else self.downsample(x)
        for number in range(1, self.depth + 1):
            x = getattr(self, f"bn{number}")(getattr(self, f"conv{number}")(x))
            if number < self.depth:
                x = self.relu(x)
        return self.relu(x + identity)


class ResNet(Backbone):
    """ResNet-18 or ResNet-50 (He et al. 2016) without its classifier."""

    def __init__(self, repeats: Sequence[int], bottleneck: bool) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        inputs = 64
        for stage, count in enumerate(repeats):
            width = 64 * 2**stage
            blocks = []
            for index in range(count):
                blocks.append(ResidualBlock(inputs, width, 2 if stage > 0 and index == 0 else 1, bottleneck))
                inputs = width * 4 if bottleneck else width
            setattr(self, f"layer{stage + 1}", nn.Sequential(*blocks))
        widest = inputs
        self.channels = (widest // 4, widest // 2, widest)

    def forward(self, images: Tensor) -> list[Tensor]:
        """(B, 3, S, S) in 0..1 -> features at strides 8, 16, 32."""
        x = self.layer1(self.maxpool(self.relu(self.bn1(self.conv1(self.normalise(images))))))
        stride_8 = self.layer2(x)
        stride_16 = self.layer3(stride_8)
        return [stride_8, stride_16, self.layer4(stride_16)]


def build_backbone(name: BackboneName) -> Backbone:
    """An untrained backbone by name."""
    if name == "hand_landmark":
        return HandLandmarkTrunk()
    if name == "twin":
        return TwinBackbone(MobileNetV2())
    if name == "mobilenet_v2":
        return MobileNetV2()
    return ResNet((2, 2, 2, 2), bottleneck=False) if name == "resnet18" else ResNet((3, 4, 6, 3), bottleneck=True)
