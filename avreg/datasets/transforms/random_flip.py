"""RandomFlip: mirrors the frames, and with them left and right in words."""
from __future__ import annotations

import re

import numpy as np
from mmcv.transforms import BaseTransform

from avreg.registry import TRANSFORMS

_MIRROR = {'left': 'right', 'right': 'left', 'leftest': 'rightest', 'rightest': 'leftest'}
_SIDE = re.compile(r'\b(leftest|rightest|left|right)\b')


def mirror_words(text: str) -> str:
    """``text`` with left and right, leftest and rightest exchanged."""
    return _SIDE.sub(lambda match: _MIRROR[match.group()], text)


@TRANSFORMS.register_module()
class RandomFlip(BaseTransform):
    """Mirrors ``frames`` uint8[N, H, W, 3] horizontally, all or none, and swaps the sides in ``question``,
    ``templ_values`` and ``answer`` where a sample has them. Sets ``flipped``. Draws from ``rng``.

    Args:
        prob: chance of a flip.
    """

    def __init__(self, prob: float = 0.5):
        self.prob = prob

    def transform(self, results: dict) -> dict:
        """See the class."""
        results['flipped'] = bool(results['rng'].random() < self.prob)
        if results['flipped']:
            results['frames'] = np.ascontiguousarray(results['frames'][:, :, ::-1])
            for key in ('question', 'answer'):
                if key in results:
                    results[key] = mirror_words(results[key])
            if 'templ_values' in results:
                results['templ_values'] = [mirror_words(value) for value in results['templ_values']]
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}(prob={self.prob})'
