"""TaskBatchSampler: every training batch from one benchmark, drawn at random, the same one on every rank."""
from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import numpy as np
from mmengine.dist import get_rank, get_world_size, sync_random_seed
from mmengine.logging import print_log

from avreg.errors import ConfigError, did_you_mean
from avreg.registry import DATA_SAMPLERS

from ..draw_index import DrawIndex
from .batch_sizes import batch_sizes

BLOCK = 4096
# Keys that keep the two kinds of random numbers apart.
_BENCHMARK, _ORDER = 0, 1


@DATA_SAMPLERS.register_module()
class TaskBatchSampler:
    """Endless batches of indices for joint training. What iteration k holds depends on (seed, k) alone.

    Which benchmark comes next is random, but each gets its share of any number of iterations, within a batch or two: what is trained for
    as many iterations alone and jointly has seen as much.

    The samples of a benchmark form a stream: one permutation an epoch, one after another. The n-th batch that a
    benchmark gets is the next ``batch_size * world_size`` samples of its stream, of which every rank takes its own
    part: no sample comes twice in an epoch of its benchmark, on whichever rank, and two ranks with 8 clips each see the
    batches of one rank with 16.

    Several questions about one clip can be drawn together (``per_clip``): they share the seed of the draw, so
    augmentation gives them one and the same clip, which AVDataPreprocessor finds and the model then encodes once.

    Args:
        sampler: a TaskSampler (carries dataset and seed).
        batch_size: clips a rank, or a number for each benchmark. The Runner passes the dataloader's ``batch_size``.
        sampling: share of each benchmark: 'uniform'; 'proportional' to its size; 'tempered', to size ** (1 /
            temperature); or benchmark -> weight.
        early: ``(n, sampling)``: in the first n iterations the shares are these, in the same form; a benchmark that needs what
            others teach can so begin later.
        temperature: of 'tempered'; 1 is proportional, infinity uniform.
        per_clip: samples of one clip that follow each other in the stream, or a number for each benchmark.
        seed: instead of the sampler's.

    Raises:
        ConfigError: unknown or malformed sampling, temperature, batch size or ``per_clip``.
    """

    def __init__(self, sampler, batch_size: int | Mapping[str, int] = 16,
                 sampling: str | Mapping[str, float] = 'uniform',
                 early: tuple[int, str | Mapping[str, float]] | None = None, temperature: float = 2.0,
                 per_clip: int | Mapping[str, int] = 1, seed: int | None = None):
        self.sampler = sampler
        self.batch_size = batch_size
        self.benchmarks: list[str] = sampler.dataset.benchmarks
        self.ranges: list[tuple[int, int]] = sampler.dataset.ranges
        self.lengths = np.array([stop - start for start, stop in self.ranges])
        self.sizes = batch_sizes(batch_size, self.benchmarks)
        self.per_clip = batch_sizes(per_clip, self.benchmarks, 'per_clip')
        self.clips = sampler.dataset.clip_numbers
        self.probabilities = _probabilities(sampling, temperature, self.benchmarks, self.lengths)
        self.num_early, self.early_probabilities = 0, self.probabilities
        if early is not None:
            self.num_early, early_sampling = early
            if not isinstance(self.num_early, int) or self.num_early < 1:
                raise ConfigError(f'TaskBatchSampler.early={early!r}: a number of iterations from 1 and a sampling are needed')
            self.early_probabilities = _probabilities(early_sampling, temperature, self.benchmarks, self.lengths)
        seed = sampler.seed if seed is None else seed
        self.seed: int = sync_random_seed() if seed is None else seed
        self.rank, self.world_size = get_rank(), get_world_size()
        self._start = 0
        rows = [f'  {name:<12} {length:>8} samples  {share:6.1%} of the batches, of {size} x {self.world_size} clips'
                for name, length, share, size in zip(self.benchmarks, self.lengths, self.probabilities, self.sizes)]
        if self.num_early:
            rows = [f'{row}; {share:6.1%} of the first {self.num_early}' for row, share in zip(rows, self.early_probabilities)]
        print_log('Joint training draws from\n' + '\n'.join(rows), logger='current')

    def set_start(self, iteration: int) -> None:
        """Let the next iterator begin at ``iteration`` (resuming)."""
        self._start = int(iteration)

    def __len__(self) -> int:
        """Batches a rank needs to see every sample of every benchmark once; the iterator itself never ends."""
        return sum(math.ceil(length / (size * self.world_size)) for length, size in zip(self.lengths, self.sizes))

    def __iter__(self) -> Iterator[list[DrawIndex]]:
        block, offset = divmod(self._start, BLOCK)
        drawn = self._counts(block)
        while True:
            draws = self._draws(block)
            drawn_before = drawn + np.concatenate([np.zeros((1, len(self.benchmarks)), np.int64),
                                                   np.eye(len(self.benchmarks), dtype=np.int64)[draws].cumsum(0)])
            for i in range(offset, BLOCK):
                yield self._batch(block * BLOCK + i, draws[i], int(drawn_before[i, draws[i]]))
            drawn, block, offset = drawn_before[-1], block + 1, 0

    def _draws(self, block: int) -> np.ndarray:
        """Benchmark of each iteration of a block, int[BLOCK]."""
        rng = np.random.default_rng((self.seed, _BENCHMARK, block))
        num_early = min(max(self.num_early - block * BLOCK, 0), BLOCK)
        return np.concatenate([_spread(rng, self.early_probabilities, num_early), _spread(rng, self.probabilities, BLOCK - num_early)])

    def _counts(self, blocks: int) -> np.ndarray:
        """How often each benchmark is drawn in the first ``blocks`` blocks."""
        counts = np.zeros(len(self.benchmarks), np.int64)
        for block in range(blocks):
            counts += np.bincount(self._draws(block), minlength=len(self.benchmarks))
        return counts

    def _batch(self, iteration: int, which: int, nth: int) -> list[DrawIndex]:
        """This rank's part of the ``nth`` batch of benchmark ``which``."""
        size, length, start = self.sizes[which], int(self.lengths[which]), self.ranges[which][0]
        positions = np.arange(size) + (nth * self.world_size + self.rank) * size
        epochs, places = np.divmod(positions, length)
        indices = np.empty(size, np.int64)
        for epoch in np.unique(epochs):
            order = self._order(which, int(epoch))
            indices[epochs == epoch] = order[places[epochs == epoch]]
        indices += start
        clips = self.clips[indices].tolist()
        return [DrawIndex(i, (self.seed, iteration, which, clip)) for i, clip in zip(indices.tolist(), clips)]

    def _order(self, which: int, epoch: int) -> np.ndarray:
        """The samples of a benchmark in the order of an epoch: random, but ``per_clip`` of one clip together."""
        rng = np.random.default_rng((self.seed, _ORDER, which, epoch))
        order = rng.permutation(self.lengths[which])
        if self.per_clip[which] == 1:
            return order
        clips = self.clips[order + self.ranges[which][0]]
        by_clip = np.argsort(clips, kind='stable')
        first = np.r_[True, np.diff(clips[by_clip]) != 0]
        # How many of the same clip come before, in the random order.
        nth = np.arange(len(order)) - np.maximum.accumulate(np.where(first, np.arange(len(order)), 0))
        group = np.cumsum(nth % self.per_clip[which] == 0) - 1
        return order[by_clip[np.argsort(rng.permutation(group[-1] + 1)[group], kind='stable')]]


def _spread(rng: np.random.Generator, probabilities: np.ndarray, count: int) -> np.ndarray:
    """``count`` benchmarks in random order, int[count], of which any first n hold about n times its probability of each.

    The k-th batch of a benchmark falls at random into the k-th of equal intervals, so how often it comes is no matter of luck.
    """
    # After B more intervals than are needed, no benchmark can be short of a batch.
    needed = np.where(probabilities > 0, np.ceil((count + len(probabilities)) * probabilities), 0).astype(np.int64)
    which = np.repeat(np.arange(len(probabilities)), needed)
    nth = np.arange(len(which)) - np.repeat(needed.cumsum() - needed, needed)
    return which[np.argsort((nth + rng.uniform(size=len(which))) / probabilities[which])][:count]


def _probabilities(sampling: str | Mapping[str, float], temperature: float, benchmarks: list[str],
                   lengths: np.ndarray) -> np.ndarray:
    """Share of each benchmark.

    Raises:
        ConfigError: unknown or malformed sampling or temperature.
    """
    if isinstance(sampling, Mapping):
        if set(sampling) != set(benchmarks) or min(sampling.values()) < 0 or sum(sampling.values()) <= 0:
            raise ConfigError(f'TaskBatchSampler.sampling={dict(sampling)}: give a weight >= 0 for each of '
                              f'{benchmarks}, not all zero')
        weights = np.array([sampling[name] for name in benchmarks], np.float64)
    elif sampling == 'uniform':
        weights = np.ones(len(benchmarks))
    elif sampling == 'proportional':
        weights = lengths.astype(np.float64)
    elif sampling == 'tempered':
        if not temperature > 0:
            raise ConfigError(f'TaskBatchSampler.temperature={temperature}: a number above 0 (1 is proportional, '
                              'infinity uniform)')
        weights = lengths.astype(np.float64) ** (1 / temperature)
    else:
        choices = ('uniform', 'proportional', 'tempered')
        raise ConfigError(f'TaskBatchSampler.sampling={sampling!r}: one of {choices}, or a weight for each benchmark'
                          f'{did_you_mean(sampling, choices)}')
    return weights / weights.sum()
