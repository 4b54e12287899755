"""Attention of a few queries over many tokens."""
from __future__ import annotations

import torch
from torch import Tensor, nn


class GatheringAttention(nn.Module):
    """Multi-head attention where the queries are few and the tokens many (words that look at all patches of a clip).

    The arithmetic is that of ``nn.MultiheadAttention`` with biases for values and output alone (a bias of the keys shifts all
    scores of a query alike and changes nothing). Products are taken in another order: the key projection is applied to the
    queries, the value projection to what they gathered, so no token is ever projected.

    Args:
        channels: width D.
        num_heads: attention heads.

    Raises:
        ValueError: ``channels`` is not a multiple of ``num_heads``.
    """

    def __init__(self, channels: int = 128, num_heads: int = 4):
        super().__init__()
        if channels % num_heads:
            raise ValueError(f'GatheringAttention: channels={channels} is not a multiple of num_heads={num_heads}')
        self.num_heads = num_heads
        self.query = nn.Linear(channels, channels)
        self.key = nn.Parameter(torch.empty(channels, channels))
        self.value = nn.Linear(channels, channels)
        self.out = nn.Linear(channels, channels)
        for weight in (self.query.weight, self.key, self.value.weight):
            nn.init.xavier_uniform_(weight, gain=2**-0.5)  # the scale of nn.MultiheadAttention's packed projection
        for linear in (self.query, self.value, self.out):
            nn.init.zeros_(linear.bias)

    def forward(self, queries: Tensor, tokens: Tensor, valid: Tensor | None = None) -> Tensor:
        """What each query finds.

        Args:
            queries: float[B, N, D].
            tokens: float[B, P, D].
            valid: bool[B, P], False on tokens that nothing may see; None: all can be seen.

        Returns:
            float[B, N, D].
        """
        B, N, D = queries.shape
        heads, d = self.num_heads, D // self.num_heads
        q = self.query(queries).view(B, N, heads, d) * d**-0.5
        q = torch.einsum('bnhd,hdc->bnhc', q, self.key.view(heads, d, D)).reshape(B, N * heads, D)
        scores = q @ tokens.transpose(1, 2)
        if valid is not None:
            scores = scores.masked_fill(~valid.unsqueeze(1), torch.finfo(scores.dtype).min)
        found = (scores.softmax(-1) @ tokens).view(B, N, heads, D)
        found = torch.einsum('bnhc,hdc->bnhd', found, self.value.weight.view(heads, d, D)).reshape(B, N, D) + self.value.bias
        return self.out(found)
