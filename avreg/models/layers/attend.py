"""attend: one attention, without the copies of keys and values that nn.MultiheadAttention makes."""
from __future__ import annotations

from torch import Tensor, nn
from torch.nn.functional import linear, scaled_dot_product_attention


def attend(attention: nn.MultiheadAttention, queries: Tensor, keys: Tensor, padding: Tensor | None = None) -> Tensor:
    """``attention(queries, keys, keys, key_padding_mask=padding, need_weights=False)[0]``, with the keys as values.

    PyTorch puts keys and values one behind the other before it attends, and fills and adds tensors of their size to take that back
    in the gradient: with many keys and a narrow model a third of the time.

    Args:
        attention: with biases and ``batch_first``.
        queries: float[B, Q, D].
        keys: float[B, K, D].
        padding: bool[B, K], True where there is no key, or bool[B, Q, K], where a query sees none; None: all see all.

    Returns:
        float[B, Q, D].
    """
    D, weight, bias = queries.shape[-1], attention.in_proj_weight, attention.in_proj_bias
    query = linear(queries, weight[:D], bias[:D])
    key, value = linear(keys, weight[D:], bias[D:]).chunk(2, -1)
    query, key, value = (x.unflatten(2, (attention.num_heads, -1)).transpose(1, 2) for x in (query, key, value))
    mask = None if padding is None else ~(padding.unsqueeze(1) if padding.ndim == 2 else padding).unsqueeze(1)
    found = scaled_dot_product_attention(query, key, value, attn_mask=mask, dropout_p=attention.dropout if attention.training else 0.0)
    return attention.out_proj(found.transpose(1, 2).flatten(2))
