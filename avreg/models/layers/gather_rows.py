"""Rows of all processes together, for losses that compare the samples of a batch with each other."""
import torch
from mmengine.dist import get_world_size
from torch import Tensor
from torch.distributed.nn.functional import all_gather


def gather_rows(x: Tensor) -> Tensor:
    """``x`` float[N, ...] of every process, one below the other, float[W * N, ...]; all have as many rows.

    Gradients go back to the process that the rows come from, summed over all. Without a process group: ``x`` itself.
    """
    return x if get_world_size() == 1 else torch.cat(all_gather(x.contiguous()))
