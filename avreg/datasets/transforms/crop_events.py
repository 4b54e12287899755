"""CropEvents: a random part of an untrimmed video, with the events in it."""
from __future__ import annotations

import numpy as np
from mmcv.transforms import BaseTransform

from avreg.errors import ConfigError
from avreg.registry import TRANSFORMS
from avreg.structures import TimeGrid

# What there is of a clip by segment.
_TRACKS = ('frames', 'log_mel')


@TRANSFORMS.register_module()
class CropEvents(BaseTransform):
    """Keeps a window of the segments of an untrimmed clip, at least one of whose events it holds by ``keep`` of its length, if any window
    does; events that it holds by less are dropped, the others are cut to it and shifted, as the published training does. The window is
    of a random length in ``shares`` of the clip; of a clip longer than ``max_length``, of that length. Draws from ``rng``.

    Reads and changes ``gt_spans`` float64[n, 2] (seconds), ``gt_span_labels``, and those of ``features``, ``frames`` and ``log_mel`` that
    there are, first cut to the shortest of them.

    Args:
        max_length: T, the most segments.
        grid: ``dict(fps=, window=, stride=)`` of the segments (:class:`~avreg.structures.TimeGrid`).
        shares: least and greatest part of a clip that is kept.
        keep: least part of an event.

    Raises:
        ConfigError: shares that are not 0 < a <= b <= 1.
    """

    def __init__(self, max_length: int, grid: dict[str, float], shares: tuple[float, float] = (0.9, 1.0), keep: float = 0.5):
        if not 0 < shares[0] <= shares[1] <= 1:
            raise ConfigError(f'CropEvents(shares={tuple(shares)!r}): two shares of a clip are needed, 0 < least <= greatest <= 1')
        self.max_length, self.grid, self.shares, self.keep = max_length, TimeGrid(**grid), tuple(shares), keep

    def transform(self, results: dict) -> dict:
        """See the class."""
        features = results.get('features', {})
        tracks = {key: results[key] for key in _TRACKS if key in results}
        total = min(map(len, (*tracks.values(), *features.values())))
        length, rng = self.max_length, results['rng']
        if total <= length:
            low, high = (round(share * total) for share in self.shares)
            length = int(rng.integers(max(low, 1), max(high, 1) + 1))
        spans = self.grid.of_seconds(results['gt_spans'])
        starts = np.arange(total - length + 1)[:, None]
        # [starts, events]: the part of each event that each window holds.
        held = np.minimum(spans[:, 1], starts + length) - np.maximum(spans[:, 0], starts)
        kept = held >= self.keep * np.maximum(spans[:, 1] - spans[:, 0], 1e-9)
        choices = np.flatnonzero(kept.any(1)) if kept.any() else starts[:, 0]
        start = int(rng.choice(choices))
        results.update({key: track[start:start + length] for key, track in tracks.items()})
        if features:
            results['features'] = {kind: track[start:start + length] for kind, track in features.items()}
        results['gt_spans'] = self.grid.to_seconds(np.clip(spans[kept[start]], start, start + length) - start)
        results['gt_span_labels'] = results['gt_span_labels'][kept[start]]
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}(max_length={self.max_length}, grid={self.grid}, shares={self.shares}, keep={self.keep})'
