"""SequenceBlock: the transformer block that CCNet is made of."""
from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu, linear

from .sequence_attention import SequenceAttention, max_pool_steps, zero_bias_linear


class SequenceBlock(nn.Module):
    """Pre-norm attention and feed-forward network over L of tensors [N, L, P, C] (see :class:`SequenceAttention`).

    y = skip + path(attention(LN(q), LN(x))), out = y + path(MLP(LN(y))). A path is a learned scale a channel and stochastic depth,
    which drops each sequence by itself. The skip is x, of which a layer of stride 2 takes the maximum of three steps.

    Args:
        channels: width C.
        num_heads: attention heads.
        hidden: width of the feed-forward network; four times C unless given.
        stride: 1 or 2.
        drop_path: probability of stochastic depth.
        init_scale: of the paths.
    """

    def __init__(self, channels: int, num_heads: int, hidden: int | None = None, stride: int = 1, drop_path: float = 0.1,
                 init_scale: float = 1e-4):
        super().__init__()
        self.stride, self.drop_path = stride, drop_path
        self.norm_x, self.norm_query, self.norm_mlp = (nn.LayerNorm(channels) for _ in range(3))
        self.attention = SequenceAttention(channels, num_heads, stride)
        self.fc1 = zero_bias_linear(channels, hidden or 4 * channels)
        self.fc2 = zero_bias_linear(hidden or 4 * channels, channels)
        self.attention_scale, self.mlp_scale = (nn.Parameter(torch.full((channels, ), init_scale)) for _ in range(2))

    def forward(self, x: Tensor, query: Tensor | None = None, keep: Tensor | None = None, mask_keys: bool = True) -> Tensor:
        """float[N, L, P, C] -> float[N, L', P, C], L' = L / stride rounded up, zero where ``keep`` is false.

        Args:
            x: key, value and skip.
            query: gives the query; None: x.
            keep: bool[N, L' or 1, P or 1, 1]; None: everything is valid.
            mask_keys: whether steps that are not kept stay out of the softmax.
        """
        attended = self.attention(self.norm_query(x if query is None else query), self.norm_x(x), keep, keep if mask_keys else None,
                                  self.attention_scale)
        y = _add(x if self.stride == 1 else max_pool_steps(x), self._path(attended), keep)
        hidden = gelu(self.fc1(self.norm_mlp(y)))
        z = linear(hidden, self.fc2.weight * self.mlp_scale.unsqueeze(1), self.fc2.bias * self.mlp_scale)
        return _add(y, self._path(z), keep)

    def _path(self, x: Tensor) -> Tensor:
        """Stochastic depth, of every sequence by itself."""
        if not self.training or not self.drop_path:
            return x
        alive = x.new_empty(x.shape[0], 1, x.shape[2], 1).bernoulli_(1 - self.drop_path).div_(1 - self.drop_path)
        return x * alive


def _add(x: Tensor, y: Tensor, keep: Tensor | None) -> Tensor:
    """(x + y) where ``keep``; in the memory of y if no gradient is wanted and both are of one precision."""
    if torch.is_grad_enabled() or x.dtype != y.dtype:
        return x + y if keep is None else (x + y) * keep
    y += x
    return y if keep is None else y.mul_(keep)
