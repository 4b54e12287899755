"""take_rows: some rows of a tensor, in its memory layout."""
import torch
from torch import Tensor


def take_rows(x: Tensor, rows: Tensor) -> Tensor:
    """``x.index_select(0, rows)``, of feature maps float[N, C, H, W] whose channels come last in memory with the channels last again.

    Selecting alone would put them first, number by number, and the next convolution would turn them back.

    Args:
        x: [N, ...].
        rows: int64[n].
    """
    if x.ndim == 4 and x.is_contiguous(memory_format=torch.channels_last):
        return x.permute(0, 2, 3, 1).index_select(0, rows).permute(0, 3, 1, 2)
    return x.index_select(0, rows)
