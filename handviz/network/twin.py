"""Two backbones that look at the same crop: one that training shapes, and a network that knows real hands.

MobileNetV2 sees the crop small; the trunk of the hand landmark network sees it at the size its published weights want,
and its features are brought to the other's grids. What both tell is read side by side by all that follows.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from handviz.network.backbone import Backbone
from handviz.network.hand_landmark import NATIVE_SIZE, HandLandmarkTrunk

SMALL_SIZE = 128
"""Side in pixels at which the backbone that training shapes sees a crop."""


class TwinBackbone(Backbone):
    """Features of both at strides 8, 16 and 32 of the small picture, and the landmarks that the second one tells.

    Crops come at the second one's size. `small` is any backbone; what the trunk adds stands behind its channels, so
    that weights trained without the trunk still fit the first ones.
    """

    landmark_values = HandLandmarkTrunk.landmark_values
    knows_sides = True

    def __init__(self, small: Backbone) -> None:
        super().__init__()
        self.small = small
        self.hands = HandLandmarkTrunk()
        self.channels = tuple(  # type: ignore[assignment]
            own + known for own, known in zip(small.channels, self.hands.channels, strict=True)
        )

    def forward(self, images: Tensor) -> list[Tensor]:
        """(B, 3, S, S) in 0..1 -> features at strides 8, 16, 32, and the trunk's last ones as they are."""
        own = self.small(_at(images, SMALL_SIZE))
        known = self.hands(_at(images, NATIVE_SIZE))
        together = [torch.cat([maps, _on_grid(more, maps)], 1) for maps, more in zip(own, known, strict=True)]
        return [*together, known[-1]]

    def landmarks(self, features: list[Tensor]) -> Tensor:
        """(B, 21, 6), HandLandmarkTrunk.landmarks."""
        return self.hands.landmarks(features)

    def right_hand_logit(self, features: list[Tensor]) -> Tensor:
        """(B,), HandLandmarkTrunk.right_hand_logit."""
        return self.hands.right_hand_logit(features)

    def presence(self, features: list[Tensor]) -> Tensor:
        """(B,), HandLandmarkTrunk.presence."""
        return self.hands.presence(features)

    def early_layers(self, stride: int) -> list[nn.Module]:
        """The first part's, down to a stride of 8 or 16."""
        return self.small.early_layers(stride)


def _at(images: Tensor, size: int) -> Tensor:
    if images.shape[-1] == size:
        return images
    return functional.interpolate(images, (size, size), mode="bilinear", antialias=True)


def _on_grid(maps: Tensor, like: Tensor) -> Tensor:
    size = like.shape[-2:]
    return functional.interpolate(maps, size, mode="bilinear", align_corners=False).to(like.dtype)
