"""SequentialTaskBatchSampler: batches for evaluation."""
from __future__ import annotations

from collections.abc import Iterator, Mapping

from mmengine.dist import get_rank, get_world_size

from avreg.registry import DATA_SAMPLERS

from .batch_sizes import batch_sizes


@DATA_SAMPLERS.register_module()
class SequentialTaskBatchSampler:
    """All samples in order, a batch never mixing benchmarks.

    The list of batches is the same for any number of ranks; rank r takes batch r, r + world_size, ... So what a batch
    holds, and with it every rounding error, does not depend on the number of ranks. The last batch is repeated until
    all ranks have equally many; the evaluator drops repeated sample ids.

    Args:
        sampler: a TaskSampler (carries the dataset).
        batch_size: clips a batch, or a number for each benchmark. The Runner passes the dataloader's ``batch_size``.
    """

    def __init__(self, sampler, batch_size: int | Mapping[str, int] = 16):
        self.sampler = sampler
        self.batch_size = batch_size
        self.benchmarks: list[str] = sampler.dataset.benchmarks
        self.ranges: list[tuple[int, int]] = sampler.dataset.ranges
        self.batches = [list(range(i, min(i + size, stop)))
                        for (start, stop), size in zip(self.ranges, batch_sizes(batch_size, self.benchmarks))
                        for i in range(start, stop, size)]
        self.rank, self.world_size = get_rank(), get_world_size()

    def __len__(self) -> int:
        """Batches of each rank."""
        return -(-len(self.batches) // self.world_size)

    def __iter__(self) -> Iterator[list[int]]:
        last = len(self.batches) - 1
        for turn in range(len(self)):
            yield self.batches[min(turn * self.world_size + self.rank, last)]
