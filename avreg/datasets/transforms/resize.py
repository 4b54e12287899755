"""Resize: frames to one size."""
from __future__ import annotations

import torch
from mmcv.transforms import BaseTransform
from torch.nn.functional import interpolate

from avreg.registry import TRANSFORMS


@TRANSFORMS.register_module()
class Resize(BaseTransform):
    """Resizes ``frames`` uint8[N, H, W, 3], bilinear with antialiasing; the aspect ratio is not kept.

    Args:
        size: (height, width), or one number for both.
    """

    def __init__(self, size: int | tuple[int, int]):
        self.size = (size, size) if isinstance(size, int) else tuple(size)

    def transform(self, results: dict) -> dict:
        """See the class."""
        frames = torch.from_numpy(results['frames'])
        if tuple(frames.shape[1:3]) != self.size:
            # The transposed view is channels-last, for which torch resizes bytes directly.
            frames = interpolate(frames.permute(0, 3, 1, 2), self.size, mode='bilinear', antialias=True)
            results['frames'] = frames.permute(0, 2, 3, 1).contiguous().numpy()
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}(size={self.size})'
