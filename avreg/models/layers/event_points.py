"""EventPoints: the points of a feature pyramid, and which events each of them answers for."""
from __future__ import annotations

from collections.abc import Sequence
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
        device, dtype = spans.device, spans.dtype
        length, stride = (torch.tensor(x, device=device, dtype=dtype).unsqueeze(-1) for x in (lengths, strides))
        low, high = self.ranges.to(dtype).split(1, 1)
        # An event that a level can take is at most twice the range long: looked at are only so many points from its start on, [B, N, L, C].
        most = max(min(n, int(2 * bounds[1] / s) + 2) for n, s, bounds in zip(lengths, strides, self.bounds))
        start, end = spans[..., None, None].unbind(2)
        index = (start / stride).floor().clamp(min=0) + torch.arange(most, device=device, dtype=dtype)
        t = index * stride
        left, right = t - start, end - t
        farther = torch.maximum(left, right)
        # Within the range, both ends included.
        taken = (torch.minimum(left, right) > 0) & (farther == farther.clamp(low, high)) & (index < length) & (labels >= 0)[..., None, None]
        place = taken.flatten().nonzero().squeeze(1)
        level = place // most % len(lengths)
        listed = place // (most * len(lengths))
        label, video = labels.flatten()[listed], listed // labels.shape[1]
        first = torch.tensor([0, *lengths[:-1]], device=device).cumsum(0)
        point = first[level] + index.flatten()[place].long()
        # Of the events that share a point and a class only the last: sorted, it stands before another pair, or at the end.
        pair = (video * sum(lengths) + point) * (label.amax() + 1 if len(label) else 1) + label
        pair, order = pair.sort(stable=True)
        last = order[pair.diff(append=pair.new_full((1, ), -1)) != 0]
        offsets = torch.stack([left.flatten()[place], right.flatten()[place]], -1) / stride[level]
        return EventTargets(video, point, label, offsets).of(last)
