"""StandardizedConv2d: a convolution that trains well without normalising its output."""
from __future__ import annotations

import math

from torch import Tensor, linalg, nn
from torch.nn import functional as F

# Variance of the ReLU of a standard normal variable.
_RELU_VARIANCE = (1 - 1 / math.pi) / 2


class StandardizedConv2d(nn.Conv2d):
    """Convolution whose filters have mean 0 and a fixed variance, times a learned gain a channel (scaled weight
    standardization, Brock et al. 2021).

    Between ReLUs the signal keeps its scale, as with batch normalisation, but nothing depends on the other clips of the batch,
    on padding or on the rank, and there are no running statistics. Normalising each frame on its own (group or layer
    normalisation) would wipe out how bright or loud it is, which is what tells playing from resting.

    Args:
        in_channels, out_channels, kernel_size, stride, padding: as of ``nn.Conv2d``.
        eps: added to the standard deviation of a filter.
    """

    def __init__(self, in_channels: int, out_channels: int, kernel_size: int, stride: int = 1, padding: int = 0, eps: float = 1e-4):
        super().__init__(in_channels, out_channels, kernel_size, stride, padding)
        nn.init.zeros_(self.bias)
        self.gain = nn.Parameter(self.weight.new_ones(out_channels, 1, 1, 1))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        """float[N, C_in, H, W] -> float[N, C_out, H', W']."""
        w = self.weight.flatten(1)
        w, size = w - w.mean(1, keepdim=True), w.shape[1]
        # As w.std(1), in half the time.
        deviation = linalg.vector_norm(w, dim=1, keepdim=True) * (size - 1)**-0.5
        w = (w * (self.gain.flatten(1) * (size * _RELU_VARIANCE)**-0.5 / (deviation + self.eps))).view_as(self.weight)
        if self.in_channels == 1 and self.kernel_size == self.stride and self.padding == (0, 0):
            return self._cells(x, w)
        return F.conv2d(x, w, self.bias, self.stride, self.padding)

    def _cells(self, x: Tensor, w: Tensor) -> Tensor:
        """The convolution of one input channel where filters do not overlap: one matrix product. oneDNN's gradient for such
        filters takes five times as long. The result is in channels_last, which the convolutions after it like."""
        (rows, columns), (kh, kw) = x.shape[-2:], self.kernel_size
        cells = x[:, 0, :rows // kh * kh, :columns // kw * kw].unflatten(2, (-1, kw)).unflatten(1, (-1, kh)).transpose(2, 3)
        return F.linear(cells.flatten(3), w.flatten(1), self.bias).permute(0, 3, 1, 2)
