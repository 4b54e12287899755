"""LoadMasks: the masks of a clip."""
from __future__ import annotations

import functools

import numpy as np
from mmcv.transforms import BaseTransform

from avreg.registry import TRANSFORMS

from ..bad_media import BadMedia
from .mask_file import read_binary_mask, read_colour_mask, read_foreground_mask, read_index_mask, read_soft_mask


@TRANSFORMS.register_module()
class LoadMasks(BaseTransform):
    """Reads ``mask_paths`` (frame number -> file) of a clip of ``frame_paths`` (T files) as ``mask_kind`` says:

    * 'binary' (S4), 'soft' (MS3, for its metric), 'foreground' (MS3, for training): at the size of the files;
    * 'colour' and 'index' (AVSS: labels_rgb, labels_semantic): resized to ``class_size`` on reading, as the official
      code does.

    Adds ``gt_masks`` [T, H, W], float32, or uint8 where they hold classes, and ``labelled`` bool[T]. The masks of
    unlabelled frames are zero and mean nothing.

    Args:
        class_size: height and width of masks of classes. The truth of AVSS is 224 x 224 whatever the model's input is.

    Raises:
        BadMedia: a file is missing, damaged, of another size than the others of the clip, or holds no classes.
    """

    def __init__(self, class_size: int = 224):
        self.class_size = class_size
        self._readers = dict(binary=read_binary_mask, soft=read_soft_mask, foreground=read_foreground_mask,
                             colour=functools.partial(read_colour_mask, size=class_size),
                             index=functools.partial(read_index_mask, size=class_size))

    def transform(self, results: dict) -> dict:
        """See the class."""
        read = self._readers[results['mask_kind']]
        masks = {frame: read(path) for frame, path in results['mask_paths'].items()}
        first = next(iter(masks.values()))
        for frame, mask in masks.items():
            if mask.shape != first.shape:
                raise BadMedia(f"{results['mask_paths'][frame]}: {mask.shape[0]} x {mask.shape[1]} pixels, while the first "
                               f'mask of the clip has {first.shape[0]} x {first.shape[1]}')
        T = len(results['frame_paths'])
        results['gt_masks'] = np.stack([masks.get(frame, np.zeros_like(first)) for frame in range(T)])
        results['labelled'] = np.array([frame in masks for frame in range(T)])
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}(class_size={self.class_size})'
