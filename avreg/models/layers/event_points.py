"""EventPoints: the points of a feature pyramid, and which events each of them answers for."""
from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class EventPoints(nn.Module):
    """Points t = 0, s, 2s, ... of every level of stride s, each for events of some durations; all levels in a row, P points.

    Args:
        ranges: for each level the smallest and the largest distance, in steps of the finest level, to the farther end of an event that a
            point answers for, both included.
    """

    def __init__(self, ranges: Sequence[tuple[float, float]]):
        super().__init__()
        self.register_buffer('ranges', torch.tensor(ranges, dtype=torch.float32), persistent=False)

    def forward(self, lengths: Sequence[int], strides: Sequence[int]) -> Tensor:
        """float[P, 4]: t, the range, stride. P is the sum of ``lengths``, the steps of the levels.

        Raises:
            ValueError: another number of levels than of ranges.
        """
        if len(lengths) != len(self.ranges):
            raise ValueError(f'the pyramid has {len(lengths)} levels, but ranges are given for {len(self.ranges)}: '
                             'one (smallest, largest) a level')
        device = self.ranges.device
        return torch.cat([
            torch.stack([torch.arange(length, device=device) * float(stride), *bounds.expand(length, 2).unbind(1),
                         torch.full((length, ), float(stride), device=device)], 1)
            for length, stride, bounds in zip(lengths, strides, self.ranges)])


def assign_events(points: Tensor, spans: Tensor, labels: Tensor, num_classes: int) -> tuple[Tensor, Tensor]:
    """Which event of each class a point answers for, for a whole batch.

    A point takes the events that it lies strictly inside of, if the distance to the farther end is in its range; of several of one class
    the last.

    Args:
        points: float[P, 4].
        spans: float[B, N, 2], starts and ends in steps of the finest level; short lists are filled up with anything.
        labels: int64[B, N], -1 where a list is filled up.
        num_classes: K.

    Returns:
        classes bool[B, P, K], whether there is one; offsets float[B, P, K, 2], distances to its start and end over the stride, 0 where
        there is none.
    """
    B, N = labels.shape
    t, low, high, stride = points.T.to(spans.dtype)
    distances = torch.stack([t[:, None] - spans[:, None, :, 0], spans[:, None, :, 1] - t[:, None]], -1)
    farther = distances.amax(-1)
    taken = (distances.amin(-1) > 0) & (farther >= low[:, None]) & (farther <= high[:, None]) & (labels >= 0)[:, None]
    # The number of the event, from 1; the largest of each class stays.
    number = taken * torch.arange(1, N + 1, device=labels.device)
    owner = number.new_zeros(B, len(points), num_classes)
    owner.scatter_reduce_(2, labels.clamp(min=0)[:, None].expand_as(number), number, 'amax')
    video, point, label = owner.nonzero(as_tuple=True)
    offsets = spans.new_zeros(B, len(points), num_classes, 2)
    offsets[video, point, label] = distances[video, point, owner[video, point, label] - 1] / stride[point, None]
    return owner > 0, offsets
