"""WordMatching: how well each word matches what there is, and how much of it."""
from __future__ import annotations

import torch
from mmengine.model import BaseModule
from torch import Tensor, nn


class WordMatching(BaseModule):
    """Similarity of words and tokens: its maximum and its mean over the tokens, of several heads, make a vector for each word.

    An attention gives the mean of what it finds, whether it is what the word means or the next best thing: "is there a violin" is
    answered by how similar the most similar patch is, and "how many" by how many are.

    Args:
        channels: width D.
        num_heads: similarities of a pair.
        init_cfg: MMEngine initialisation.
    """

    def __init__(self, channels: int, num_heads: int = 4, init_cfg: dict | None = None):
        super().__init__(init_cfg)
        self.num_heads = num_heads
        self.query, self.key = nn.Linear(channels, channels), nn.Linear(channels, channels)
        # Twice as large as usual: similarities that differ from the start are told apart sooner.
        for linear in (self.query, self.key):
            nn.init.uniform_(linear.weight, -2 * channels**-0.5, 2 * channels**-0.5)
        self.evidence = nn.Linear(2 * num_heads, channels)

    def forward(self, words: Tensor, tokens: Tensor, padding: Tensor) -> Tensor:
        """words: float[U, Q, D]; tokens: float[U, P, D], normalised; padding: bool[U, P], True where there is no token. Gives float[U, Q, D]."""
        projected = self.query(words), self.key(tokens)
        query, key = (x.unflatten(-1, (self.num_heads, -1)).transpose(1, 2).flatten(0, 1) for x in projected)
        query = query * query.shape[-1]**-0.5
        if padding.any():
            # So low where there is no token that it is neither the best nor, behind the sigmoid, any amount.
            lowest = torch.zeros_like(padding, dtype=query.dtype).masked_fill(padding, torch.finfo(query.dtype).min)
            similarity = torch.baddbmm(lowest.repeat_interleave(self.num_heads, 0).unsqueeze(1), query, key.transpose(1, 2))
        else:
            # Adding zeros to millions of numbers takes as long as the product.
            similarity = query @ key.transpose(1, 2)
        similarity = similarity.unflatten(0, (-1, self.num_heads))
        best = similarity.max(-1).values
        amount = similarity.sigmoid().sum(-1) / (~padding).sum(-1)[:, None, None]
        return self.evidence(torch.cat([best, amount], 1).transpose(1, 2))
