"""Transformer blocks over small sets of tokens."""

import torch
from torch import Tensor, nn
from torch.nn import functional


class Attention(nn.Module):
    """Multi-head attention of tokens (N, P, E) to a context (N, Q, E)."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(width, width)
        self.key_value = nn.Linear(width, 2 * width)
        self.out = nn.Linear(width, width)

    def forward(self, tokens: Tensor, context: Tensor) -> Tensor:
        """(N, P, E), (N, Q, E) -> (N, P, E)."""
        query = self.query(tokens).unflatten(-1, (self.heads, -1)).transpose(1, 2)
        key, value = self.key_value(context).unflatten(-1, (2, self.heads, -1)).permute(2, 0, 3, 1, 4)
        if query.is_cuda:
            attended = functional.scaled_dot_product_attention(query, key, value)
        else:
            # For a few dozen tokens the plain products are four times faster on a CPU than the fused kernel.
            attended = (query @ key.transpose(-1, -2) * query.shape[-1] ** -0.5).softmax(-1) @ value
        return self.out(attended.transpose(1, 2).flatten(-2))


class SharedContextAttention(Attention):
    """Attention of tokens (B, K, P, E) to one context (B, Q, E) shared by the K hypotheses of each photo."""

    def forward(self, tokens: Tensor, context: Tensor) -> Tensor:
        """(B, K, P, E), (B, Q, E) -> (B, K, P, E)."""
        return super().forward(tokens.flatten(1, 2), context).unflatten(1, tokens.shape[1:3])


class Block(nn.Module):
    """Self-attention, attention to the photo where `cross` is set, and a feed-forward layer; norms first."""

    def __init__(self, width: int, heads: int, cross: bool = False) -> None:
        super().__init__()
        self.norm_self = nn.LayerNorm(width)
        self.attend_self = Attention(width, heads)
        self.norm_cross = nn.LayerNorm(width) if cross else None
        self.attend_cross = SharedContextAttention(width, heads) if cross else None
        self.norm_feed = nn.LayerNorm(width)
        self.feed = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, tokens: Tensor, context: Tensor | None = None) -> Tensor:
        """Tokens (B, K, P, E) of K hypotheses, each attended to independently; context (B, Q, E)."""
        flat = self.norm_self(tokens).flatten(0, 1)
        tokens = tokens + self.attend_self(flat, flat).unflatten(0, tokens.shape[:2])
        if self.attend_cross is not None and context is not None:
            tokens = tokens + self.attend_cross(self.norm_cross(tokens), context)
        return tokens + self.feed(self.norm_feed(tokens))


def learned(*shape: int) -> nn.Parameter:
    """A small random parameter."""
    return nn.Parameter(0.02 * torch.randn(*shape))
