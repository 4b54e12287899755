"""ResizeMasks: masks to the size of the model's input, for training."""
from __future__ import annotations

import torch
from mmcv.transforms import BaseTransform
from torch.nn.functional import interpolate

from avreg.registry import TRANSFORMS


@TRANSFORMS.register_module()
class ResizeMasks(BaseTransform):
    """Resizes ``gt_masks`` [T, H, W] to the nearest pixel; the aspect ratio is not kept. Never in a test: metrics compare
    at the size that the benchmark prescribes.

    Args:
        size: (height, width), or one number for both.
    """

    def __init__(self, size: int | tuple[int, int]):
        self.size = (size, size) if isinstance(size, int) else tuple(size)

    def transform(self, results: dict) -> dict:
        """See the class."""
        masks = torch.from_numpy(results['gt_masks'])
        # 'nearest' of torch takes the pixel left of the centre; the exact one that under it, as Pillow does.
        results['gt_masks'] = interpolate(masks[None], self.size, mode='nearest-exact')[0].numpy()
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}(size={self.size})'
