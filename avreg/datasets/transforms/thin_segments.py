"""ThinSegments: every n-th second of a long clip."""
from __future__ import annotations

import numpy as np
from mmcv.transforms import BaseTransform

from avreg.registry import TRANSFORMS

from .last_result import LastResult


@TRANSFORMS.register_module()
class ThinSegments(BaseTransform):
    """Keeps one of every ``step`` segments of ``frames`` [T, H, W, 3] and ``log_mel`` [T, ...], picture and sound of the same
    second. MUSIC-AVQA's baselines read its minute-long videos so. Labels by segment are not thinned: for clips without them.

    Args:
        step: n.
        shift: start at a random one of the first n segments (for training) instead of the first.

    Raises:
        ValueError: ``step`` below 1, or the clip has another number of frames than of log-mel examples.
    """

    def __init__(self, step: int, shift: bool = False):
        if step < 1:
            raise ValueError(f'ThinSegments(step={step}): at least 1 is needed')
        self.step, self.shift = step, shift
        self._thinned = {key: LastResult(_thinned) for key in ('frames', 'log_mel')}

    def transform(self, results: dict) -> dict:
        """See the class."""
        frames, log_mel = results['frames'], results['log_mel']
        if len(frames) != len(log_mel):
            raise ValueError(f'ThinSegments: sample {results.get("sample_id")} has {len(frames)} frames and {len(log_mel)} log-mel '
                             'examples; it needs one of each a segment (LoadClip(frames_per_segment=1))')
        # A clip of fewer than `step` segments keeps one at least.
        first = int(results['rng'].integers(min(self.step, len(frames)))) if self.shift else 0
        for key, thinned in self._thinned.items():
            results[key] = thinned(results[key], first, self.step)
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}(step={self.step}, shift={self.shift})'


def _thinned(array: np.ndarray, first: int, step: int) -> np.ndarray:
    # A copy: a view would drag the dropped segments along to wherever it is sent.
    return array[first::step].copy()
