"""What every image backbone is: photos to feature maps at strides 8, 16 and 32."""

import torch
from torch import Tensor, nn

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


class Backbone(nn.Module):
    """Photos (B, 3, S, S) in 0..1 to feature maps at strides 8, 16, 32; `channels` names their widths."""

    channels: tuple[int, int, int]
    landmark_values: int = 0
    """Numbers that `landmarks` tells of each joint; 0 for backbones that know of no joints."""

    knows_sides: bool = False
    """Whether it can tell a right hand from a left one; the others are trained on right hands alone."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(IMAGENET_MEAN).view(3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(IMAGENET_STD).view(3, 1, 1), persistent=False)

    def normalise(self, images: Tensor) -> Tensor:
        """Photos (B, 3, S, S) in 0..1 to zero mean and unit variance, channels last in memory."""
        return ((images - self.mean) / self.std).contiguous(memory_format=torch.channels_last)

    def landmarks(self, features: list[Tensor]) -> Tensor | None:
        """What a backbone trained on hands already says of each joint, (B, 21, landmark_values), from its features."""
        return None

    def right_hand_logit(self, features: list[Tensor]) -> Tensor:
        """(B,) log odds that a right hand is seen: even ones from a backbone that does not know sides."""
        return features[-1].new_zeros(len(features[-1]))

    def presence(self, features: list[Tensor]) -> Tensor | None:
        """(B,) log odds that a hand is there, from a backbone that knows hands."""
        return None

    def early_layers(self, stride: int) -> list[nn.Module]:
        """Layers up to a stride of 8 or 16, which training may leave as they are."""
        return []
