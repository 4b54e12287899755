"""RandomFlip: mirrors the frames, and with them masks, boxes, and left and right in words."""
from __future__ import annotations

import re

import numpy as np
import torch
from mmcv.transforms import BaseTransform

from avreg.registry import TRANSFORMS

from .last_result import LastResult

_MIRROR = {'left': 'right', 'right': 'left', 'leftest': 'rightest', 'rightest': 'leftest'}
_SIDE = re.compile(r'\b(leftest|rightest|left|right)\b')


def mirror_words(text: str) -> str:
    """``text`` with left and right, leftest and rightest exchanged."""
    return _SIDE.sub(lambda match: _MIRROR[match.group()], text)


def _mirror_frames(frames: np.ndarray) -> np.ndarray:
    # Of three bytes a pixel torch makes a mirrored copy ten times faster than NumPy.
    return torch.from_numpy(frames).flip(2).numpy()


@TRANSFORMS.register_module()
class RandomFlip(BaseTransform):
    """Mirrors ``frames`` uint8[N, H, W, 3] horizontally, all or none, and what a sample has that says where: ``gt_masks``
    [T, H, W], ``gt_map`` [H, W], ``gt_boxes`` [n, 4] (x1, y1, x2, y2 in 0..1), and the sides in ``question``,
    ``templ_values``, ``answer``, ``choices`` and ``descriptions``; transforms that make tokens of them come later. Sets ``flipped``.
    Draws from ``rng``.

    Args:
        prob: chance of a flip.
    """

    def __init__(self, prob: float = 0.5):
        self.prob = prob
        self._mirrored = LastResult(_mirror_frames)

    def transform(self, results: dict) -> dict:
        """See the class."""
        results['flipped'] = bool(results['rng'].random() < self.prob)
        if results['flipped']:
            results['frames'] = self._mirrored(results['frames'])
            for key in ('gt_masks', 'gt_map'):
                if key in results:
                    results[key] = np.ascontiguousarray(results[key][..., ::-1])
            if 'gt_boxes' in results:
                x1, y1, x2, y2 = results['gt_boxes'].T
                results['gt_boxes'] = np.stack([1 - x2, y1, 1 - x1, y2], axis=1)
            for key in ('question', 'answer'):
                if key in results:
                    results[key] = mirror_words(results[key])
            for key in ('templ_values', 'choices', 'descriptions'):
                if key in results:
                    results[key] = [mirror_words(value) for value in results[key]]
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}(prob={self.prob})'
