"""SequenceAttention: attention whose queries, keys and values pass a convolution of their own."""
from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import linear, scaled_dot_product_attention


class SequenceAttention(nn.Module):
    """Attention over L of tensors [N, L, P, C]: P sequences side by side, N times.

    Query, key and value each pass a depthwise masked convolution over three steps (of stride 2 in a layer that halves L), LayerNorm and a
    linear layer. Written over [N, L, P, C], the same weights run along time beside the classes (P = K) or along the classes of
    every step (L = K) without a transposed copy.

    Args:
        channels: width C.
        num_heads: attention heads.
        stride: 1 or 2.

    Raises:
        ValueError: ``channels`` is not a multiple of ``num_heads``.
    """

    def __init__(self, channels: int, num_heads: int, stride: int = 1):
        super().__init__()
        if channels % num_heads:
            raise ValueError(f'SequenceAttention: channels={channels} is not a multiple of num_heads={num_heads}')
        self.num_heads = num_heads
        for name in ('query', 'key', 'value'):
            conv = nn.Conv2d(channels, channels, (3, 1), (stride, 1), (1, 0), groups=channels, bias=False)
            setattr(self, f'{name}_conv', conv)
            setattr(self, f'{name}_norm', nn.LayerNorm(channels))
            setattr(self, name, zero_bias_linear(channels, channels))
        self.proj = zero_bias_linear(channels, channels)

    def forward(self, query: Tensor, x: Tensor, keep: Tensor | None, attends_to: Tensor | None, scale: Tensor) -> Tensor:
        """float[N, L, P, C] -> float[N, L', P, C], L' = L / stride rounded up; what comes out where ``keep`` is false means nothing.

        Args:
            query: gives the queries.
            x: gives keys and values.
            keep: bool[N, L' or 1, P or 1, 1], masks the convolutions and the values.
            attends_to: bool[N, L', P or 1, 1], the keys; None: all.
            scale: float[C], factor of the output.
        """
        y = self.attend(query, x, keep, attends_to)
        # Folded into the last layer: one pass over the tensor less.
        return linear(y, self.proj.weight * scale.unsqueeze(1), self.proj.bias * scale)

    def attend(self, query: Tensor, x: Tensor, keep: Tensor | None, attends_to: Tensor | None) -> Tensor:
        """What :meth:`forward` gives, before the output layer."""
        q, k, v = (self._project(name, y, keep) for name, y in (('query', query), ('key', x), ('value', x)))
        if keep is not None and attends_to is None:
            v = v * keep
        N, L, P, C = q.shape
        # The heads of all P sequences are heads of one attention.
        q, k, v = (y.reshape(N, L, P * self.num_heads, C // self.num_heads).transpose(1, 2) for y in (q, k, v))
        mask = None
        if attends_to is not None:
            mask = attends_to.permute(0, 2, 3, 1)
            if mask.shape[1] > 1:
                mask = mask.repeat_interleave(self.num_heads, 1)
            mask = mask.expand(N, P * self.num_heads, L, L)
        return scaled_dot_product_attention(q, k, v, mask).transpose(1, 2).reshape(N, L, P, C)

    def _project(self, name: str, x: Tensor, keep: Tensor | None) -> Tensor:
        """Convolution, norm and linear layer of ``name``."""
        # To the convolution this is an image with channels last, of height L and width P.
        y = getattr(self, f'{name}_conv')(x.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
        if keep is not None:
            y = y * keep
        return getattr(self, name)(getattr(self, f'{name}_norm')(y))


class SequenceGate(SequenceAttention):
    """Temporal consistency gate (CCNet, Eq. 3): self-attention, pre-norm, then one number a step, through a sigmoid.

    Args:
        channels: width C.
        num_heads: attention heads.
        stride: 1 or 2.
    """

    def __init__(self, channels: int, num_heads: int, stride: int = 1):
        super().__init__(channels, num_heads, stride)
        self.norm_x, self.norm_query = nn.LayerNorm(channels), nn.LayerNorm(channels)
        self.gate = zero_bias_linear(channels, 1)

    def forward(self, x: Tensor, keep: Tensor | None, attends_to: Tensor | None) -> Tensor:
        """float[N, L, P, C] -> float[N, L', P, 1] in 0..1; 0.5 where ``keep`` is false."""
        # No nonlinearity between the output layer and the gate's: one row instead of a matrix.
        weight, bias = self.gate.weight @ self.proj.weight, self.gate.weight @ self.proj.bias + self.gate.bias
        y = linear(self.attend(self.norm_query(x), self.norm_x(x), keep, attends_to), weight, bias)
        return (y if keep is None else y * keep).sigmoid()


def zero_bias_linear(in_channels: int, out_channels: int) -> nn.Linear:
    """A linear layer whose bias starts at 0."""
    layer = nn.Linear(in_channels, out_channels)
    nn.init.zeros_(layer.bias)
    return layer


def max_pool_steps(x: Tensor) -> Tensor:
    """Maximum over three steps of every second one; float[N, L, P, C] -> float[N, L / 2 rounded up, P, C]."""
    return torch.max_pool2d(x.permute(0, 3, 1, 2), (3, 1), (2, 1), (1, 0)).permute(0, 2, 3, 1)
