"""Fixed position vectors of sines and cosines, along a line and on a grid."""
from __future__ import annotations

import math

import torch
from torch import Tensor


def sinusoid(length: int, channels: int, device: torch.device) -> Tensor:
    """Fixed sine and cosine position vectors, float[length, channels]."""
    position = torch.arange(length, device=device).unsqueeze(1)
    rate = torch.exp(torch.arange(0, channels, 2, device=device) * (-math.log(1e4) / channels))
    return torch.cat([torch.sin(position * rate), torch.cos(position * rate)], dim=1)


def grid_sinusoid(height: int, width: int, channels: int, device: torch.device) -> Tensor:
    """Position vectors of the places of a grid, row by row, float[height * width, channels]: half of the channels say the row and half the
    column. ``channels`` is a multiple of 4."""
    rows, columns = (sinusoid(n, channels // 2, device) for n in (height, width))
    return torch.cat([rows.repeat_interleave(width, 0), columns.repeat(height, 1)], 1)
