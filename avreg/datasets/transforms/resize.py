"""Resize: frames to one size."""
from __future__ import annotations

import torch
from mmcv.transforms import BaseTransform
from torch.nn.functional import interpolate

from avreg.errors import ConfigError
from avreg.registry import TRANSFORMS


@TRANSFORMS.register_module()
class Resize(BaseTransform):
    """Resizes ``frames`` uint8[N, H, W, 3] with antialiasing; the aspect ratio is not kept unless ``crop`` is set.

    Args:
        size: (height, width), or one number for both.
        mode: 'bilinear' or 'bicubic'.
        crop: enlarge or shrink the frame until it just covers the size, and cut out its middle, as CLIP's frames are made.

    Raises:
        ConfigError: another ``mode``.
    """

    def __init__(self, size: int | tuple[int, int], mode: str = 'bilinear', crop: bool = False):
        if mode not in ('bilinear', 'bicubic'):
            raise ConfigError(f"Resize(mode={mode!r}): the modes are 'bilinear' and 'bicubic'")
        self.size = (size, size) if isinstance(size, int) else tuple(size)
        self.mode, self.crop = mode, crop

    def transform(self, results: dict) -> dict:
        """See the class."""
        frames = torch.from_numpy(results['frames'])
        if tuple(frames.shape[1:3]) != self.size:
            # The transposed view is channels-last, for which torch resizes bytes directly.
            frames = interpolate(frames.permute(0, 3, 1, 2), self._covering(frames.shape[1:3]), mode=self.mode, antialias=True)
            top, left = ((have - want) // 2 for have, want in zip(frames.shape[2:], self.size))
            frames = frames[:, :, top:top + self.size[0], left:left + self.size[1]]
            results['frames'] = frames.permute(0, 2, 3, 1).contiguous().numpy()
        return results

    def _covering(self, shape: tuple[int, int]) -> tuple[int, int]:
        """The size to resize to, of which the middle is kept."""
        if not self.crop:
            return self.size
        # The side that needs the larger scale just fits. Whole numbers, rounded down, as CLIP's own preprocessing does: one pixel more or
        # less would shift the middle.
        want, have = max(zip(self.size, shape), key=lambda side: side[0] / side[1])
        return tuple(max(least, side * want // have) for least, side in zip(self.size, shape))

    def __repr__(self) -> str:
        return f'{type(self).__name__}(size={self.size}, mode={self.mode!r}, crop={self.crop})'
