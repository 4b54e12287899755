"""attend_timelines: many queries, a few tokens in each of several streams, one attention a stream."""
from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn


def attend_timelines(attentions: Sequence[nn.MultiheadAttention], queries: Tensor, tokens: Tensor, padding: Tensor) -> Tensor:
    """What ``attentions[i](queries, tokens[i], tokens[i], key_padding_mask=padding)`` give, all in one go.

    A clip has ten tokens a stream and hundreds of words that look at them. So the tokens pass the projections of the queries (each
    key times the matrix of the query) and of the output (each value times its matrix) instead of the words: (q W) k = q (W k). What is left
    to do for every word are two products with 10 vectors a head instead of two with D.

    Args:
        attentions: of n streams, all of one width and number of heads, with biases, without dropout.
        queries: float[U, G, D], of U clips.
        tokens: float[n, U, T, D].
        padding: bool[U, T], True where there is no token.

    Returns:
        float[n, U, G, D].
    """
    n, U, T, D = tokens.shape
    H, d = attentions[0].num_heads, D // attentions[0].num_heads
    weight = torch.stack([attention.in_proj_weight for attention in attentions])
    bias = torch.stack([attention.in_proj_bias for attention in attentions]).unsqueeze(1)
    projected = torch.baddbmm(bias[..., D:], tokens.flatten(1, 2), weight[:, D:].mT)
    # 2 x [n, H, U * T, d]
    key, value = projected.unflatten(2, (2, H, d)).permute(2, 0, 3, 1, 4)
    key = key * d**-0.5
    # [n, H, U * T, D]: the keys as unprojected queries see them, and what the query's bias adds.
    seen = key @ weight[:, :D].unflatten(1, (H, d))
    offset = key @ bias[..., :D].unflatten(2, (H, d)).permute(0, 2, 3, 1)
    seen, offset = (x.unflatten(2, (U, T)).permute(2, 0, 1, 3, 4).flatten(1, 3) for x in (seen, offset))
    similarity = torch.baddbmm(offset.mT, queries, seen.mT).unflatten(2, (n, H, T))
    similarity = similarity.masked_fill(padding[:, None, None, None], torch.finfo(similarity.dtype).min)
    # [U, n, G, H * T]
    shares = similarity.softmax(-1).flatten(3).transpose(1, 2)
    out = torch.stack([attention.out_proj.weight for attention in attentions])
    given = value @ out.mT.unflatten(1, (H, d))
    found = shares @ given.unflatten(2, (U, T)).permute(2, 0, 1, 3, 4).flatten(2, 3)
    out_bias = torch.stack([attention.out_proj.bias for attention in attentions])
    return (found + out_bias.unsqueeze(1)).transpose(0, 1)
