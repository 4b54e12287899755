"""TemporalConv: a convolution over three steps, as one matrix product."""
from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import linear, pad


class TemporalConv(nn.Module):
    """Masked convolution of kernel 3 and stride 1 over time, zeros beyond both ends; channels come last.

    With many outputs the three neighbours of a step are put side by side first (its weight is [C_out, 3, C_in]), with many inputs the
    three products are shifted and added afterwards ([3, C_out, C_in]): the larger side is never copied, and its weight is never
    rearranged.

    Several sequences of different lengths that share the layer lie one after the other along T, and ``lengths`` says where each ends:
    one product for all.

    Args:
        in_channels, out_channels: C_in, C_out.
        bias: whether there is one; it starts at 0.
    """

    def __init__(self, in_channels: int, out_channels: int, bias: bool = False):
        super().__init__()
        self.gathers = in_channels <= out_channels
        shape = (out_channels, 3, in_channels) if self.gathers else (3, out_channels, in_channels)
        self.weight = nn.Parameter(torch.empty(shape))
        self.bias = nn.Parameter(torch.zeros(out_channels)) if bias else None
        # As nn.Conv1d starts.
        nn.init.uniform_(self.weight, -1 / math.sqrt(3 * in_channels), 1 / math.sqrt(3 * in_channels))

    def forward(self, x: Tensor, keep: Tensor | None = None, lengths: tuple[int, ...] = ()) -> Tensor:
        """float[B, T, C_in] -> float[B, T, C_out].

        Args:
            x: input; it is not masked.
            keep: bool[B, T, 1], the steps where the output is not zero; None: all.
            lengths: of the sequences along T; none: it is one.
        """
        firsts, lasts = _edges(lengths, x)
        if self.gathers:
            before, after = pad(x, (0, 0, 1, 0))[:, :-1], pad(x, (0, 0, 0, 1))[:, 1:]
            if firsts is not None:
                before, after = before * firsts, after * lasts
            y = linear(torch.cat([before, x, after], -1), self.weight.flatten(1), self.bias)
        else:
            before, y, after = linear(x, self.weight.flatten(0, 1)).chunk(3, -1)
            if firsts is not None:
                before, after = before * lasts, after * firsts
            y = y + pad(before, (0, 0, 1, 0))[:, :-1] + pad(after, (0, 0, 0, 1))[:, 1:]
            if self.bias is not None:
                y = y + self.bias
        return y if keep is None else y * keep


def _edges(lengths: tuple[int, ...], x: Tensor) -> tuple[Tensor | None, Tensor | None]:
    """float[T, 1] each: 0 at the first step of every sequence, and at the last, else 1; None for a single sequence."""
    if len(lengths) < 2:
        return None, None
    ends = torch.tensor(lengths).cumsum(0)
    firsts, lasts = torch.ones(2, x.shape[1], 1)
    firsts[ends[:-1]] = 0
    lasts[ends[:-1] - 1] = 0
    return firsts.to(x), lasts.to(x)
