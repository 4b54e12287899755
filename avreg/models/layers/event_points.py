"""EventPoints: the points of a feature pyramid, and which events each of them answers for."""
from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import torch
from torch import Tensor, nn


class EventTargets(NamedTuple):
    """What points answer for: n pairs of a point and a class. Everything else is background.

    Args:
        video, point, label: int64[n].
        offsets: float[n, 2], distances of the point to the start and the end of its event, over its stride.
    """

    video: Tensor
    point: Tensor
    label: Tensor
    offsets: Tensor

    def of(self, keep: Tensor) -> EventTargets:
        """Those pairs that ``keep``, bool[n] or int64[m], names."""
        return EventTargets(*(field[keep] for field in self))

    def dense(self, videos: int, points: int, num_classes: int) -> tuple[Tensor, Tensor]:
        """Classes float[videos, points, num_classes], 1 for the pairs, and their offsets float[videos, points, num_classes, 2], else 0."""
        classes = self.offsets.new_zeros(videos, points, num_classes)
        offsets = self.offsets.new_zeros(videos, points, num_classes, 2)
        classes[self.video, self.point, self.label] = 1
        offsets[self.video, self.point, self.label] = self.offsets
        return classes, offsets


class EventPoints(nn.Module):
    """Points t = 0, s, 2s, ... of every level of stride s, each for events of some durations; all levels in a row, P points.

    Args:
        ranges: for each level the smallest and the largest distance, in steps of the finest level, to the farther end of an event that a
            point answers for, both included.
    """

    def __init__(self, ranges: Sequence[tuple[float, float]]):
        super().__init__()
        self.bounds = [tuple(bounds) for bounds in ranges]
        self.register_buffer('ranges', torch.tensor(ranges, dtype=torch.float32), persistent=False)

    def forward(self, lengths: Sequence[int], strides: Sequence[int]) -> Tensor:
        """float[P, 4]: t, the range, stride. P is the sum of ``lengths``, the steps of the levels.

        Raises:
            ValueError: another number of levels than of ranges.
        """
        if len(lengths) != len(self.bounds):
            raise ValueError(f'the pyramid has {len(lengths)} levels, but ranges are given for {len(self.bounds)}: '
                             'one (smallest, largest) a level')
        device = self.ranges.device
        return torch.cat([
            torch.stack([torch.arange(length, device=device) * float(stride), *bounds.expand(length, 2).unbind(1),
                         torch.full((length, ), float(stride), device=device)], 1)
            for length, stride, bounds in zip(lengths, strides, self.ranges)])

    def assign(self, lengths: Sequence[int], strides: Sequence[int], spans: Tensor, labels: Tensor) -> EventTargets:
        """Which event of each class a point answers for, for a whole batch.

        A point takes the events that it lies strictly inside of, if the distance to the farther end is in its range; of several of one
        class the last.

        Args:
            lengths, strides: as of :meth:`forward`.
            spans: float[B, N, 2], starts and ends in steps of the finest level; short lists are filled up with anything.
            labels: int64[B, N], -1 where a list is filled up.
        """
        candidates = _candidates(tuple(lengths), tuple(strides), tuple(self.bounds), spans.device, spans.dtype)
        stride, step, length, first, low, high = candidates.unsqueeze(-1)
        # At least one: a batch without events has nothing to divide.
        listed = max(labels.shape[1], 1)
        # Candidates stand in rows, the events of the whole batch in columns.
        label, (start, end) = labels.flatten(), spans.flatten(0, 1).t().contiguous()
        index = (start / stride).floor_().clamp_(min=0).add_(step)
        t = index * stride
        left, right = t - start, end - t
        farther = torch.maximum(left, right)
        taken = (torch.minimum(left, right) > 0) & (farther >= low) & (farther <= high) & (index < length) & (label >= 0)
        row, event = taken.nonzero().unbind(1)
        place = row * len(label) + event
        video, point, label = event // listed, (index + first).take(place).long(), label[event]
        # Of the events that share a point and a class only the last: sorted, it stands before another pair, or at the end.
        pair = (video * sum(lengths) + point) * (label.amax() + 1 if len(label) else 1) + label
        order = (pair * listed + event % listed).argsort()
        last = order[pair[order].diff(append=pair.new_full((1, ), -1)) != 0]
        row, place = row[last], place[last]
        offsets = torch.stack([left.take(place), right.take(place)], -1) / stride[row]
        return EventTargets(video[last], point[last], label[last], offsets)


@lru_cache(maxsize=16)
def _candidates(lengths: tuple[int, ...], strides: tuple[int, ...], bounds: tuple[tuple[float, float], ...], device: torch.device,
                dtype: torch.dtype) -> Tensor:
    """float[6, C], the points that an event can be taken by: stride, steps after the last point before its start, length, first point,
    smallest and largest distance of their level. An event that a level can take is at most twice its range long.
    """
    rows, first = [], 0
    for length, stride, (low, high) in zip(lengths, strides, bounds):
        steps = min(length, int(2 * high / stride) + 2)
        rows += [(stride, step, length, first, low, high) for step in range(steps)]
        first += length
    return torch.tensor(rows, device=device, dtype=dtype).t().contiguous()
