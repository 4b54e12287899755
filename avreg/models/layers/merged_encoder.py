"""merged_encoder: the blocks of a CLIP vision transformer with token merging between attention and MLP."""
from __future__ import annotations

from collections.abc import Iterable, Sequence

from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention

from .token_merging import match_tokens


def merged_encoder(layers: Iterable[nn.Module], x: Tensor, schedule: Sequence[int]) -> tuple[Tensor, Tensor, Tensor | None]:
    """Run transformers' ``CLIPEncoderLayer``s, merging tokens by the similarity of their keys (ToMe; TSPM, Eq. 4).

    From the first merge on, log(size) is added to the attention logits of each key: a token counts as many as it stands for.

    Args:
        layers: the blocks.
        x: float[N, P, C], class token first.
        schedule: tokens to merge in each block.

    Returns:
        tokens float[N, M, C], before the final norm; their sizes float[N, M]; int64[N, P], the token that each of the first ones
        went to, None if none was merged.
    """
    size, group = x.new_ones(x.shape[:2]), None
    for layer, r in zip(layers, schedule, strict=True):
        attention, normed = layer.self_attn, layer.layer_norm1(x)
        q, k, v = (project(normed).unflatten(-1, (attention.num_heads, -1)).transpose(1, 2)
                   for project in (attention.q_proj, attention.k_proj, attention.v_proj))
        bias = None if group is None else size.log()[:, None, None, :].to(q.dtype)
        attended = scaled_dot_product_attention(q, k, v, attn_mask=bias)
        x = x + attention.out_proj(attended.transpose(1, 2).flatten(2))
        if r > 0:
            matching = match_tokens(k.mean(1), r, class_token=True)
            (x, size), group = matching.merge(x, size), matching.follow(group)
        x = x + layer.mlp(layer.layer_norm2(x))
    return x, size, group
