"""Hypothesis sources: what makes one hypothesis of a photo differ from another.

Both turn tokens (B, P, E) of B photos into tokens (B, K, P, E) of K hypotheses each.
"""

import torch
from torch import Tensor, nn

from handviz.errors import InputError
from handviz.network.transformer import learned


class EmbeddingSource(nn.Module):
    """The paper's: learned z_k in R^E added to every token. At most as many hypotheses as there are embeddings."""

    def __init__(self, count: int, width: int) -> None:
        super().__init__()
        self.embeddings = nn.Parameter(torch.randn(count, width))

    def forward(
        self, tokens: Tensor, hypotheses: int, rng: torch.Generator | None = None, central: Tensor | None = None
    ) -> Tensor:
        """(B, P, E) -> (B, K, P, E); no embedding is in the centre. Raises InputError when K exceeds the embeddings."""
        if hypotheses > len(self.embeddings):
            raise InputError(
                f"These weights know {len(self.embeddings)} hypotheses and {hypotheses} were asked for; "
                "ask for fewer, or use weights with the noise source."
            )
        return tokens[:, None] + self.embeddings[:hypotheses, None]


class NoiseSource(nn.Module):
    """Gaussian noise, some shared by all tokens of a hypothesis and some for each token: any number of hypotheses."""

    def __init__(self, tokens: int, width: int, channels: int, token_channels: int) -> None:
        super().__init__()
        self.channels, self.token_channels = channels, token_channels
        self.shared = nn.Sequential(nn.Linear(channels, width), nn.GELU(), nn.Linear(width, width))
        self.each = nn.Linear(token_channels, width)
        self.gain = learned(tokens, width)

    def forward(
        self, tokens: Tensor, hypotheses: int, rng: torch.Generator | None = None, central: Tensor | None = None
    ) -> Tensor:
        """(B, P, E) -> (B, K, P, E). The noise is drawn on the CPU, so that every device sees the same; photos that
        are central (B,) have a first hypothesis of no noise."""
        batch, count = tokens.shape[:2]
        shared = torch.randn(batch, hypotheses, 1, self.channels, generator=rng)
        each = torch.randn(batch, hypotheses, count, self.token_channels, generator=rng)
        if central is not None:
            shared[central.cpu(), 0] = 0.0
            each[central.cpu(), 0] = 0.0
        shared = self.shared(shared.to(tokens.device)) * (1.0 + self.gain)
        return tokens[:, None] + shared + self.each(each.to(tokens.device))
