"""LoadFrames: a clip that lies on disk as one picture a second and a sound file."""
from __future__ import annotations

import numpy as np
from mmcv.transforms import BaseTransform

from avreg.registry import TRANSFORMS

from ..bad_media import BadMedia
from .image_file import read_image
from .media_file import read_sound


@TRANSFORMS.register_module()
class LoadFrames(BaseTransform):
    """Reads ``frame_paths`` (T picture files, one a second) and the first T seconds of ``audio_path``.

    Adds ``frames`` uint8[T, H, W, 3], RGB, and ``waveform`` float32[T * sample_rate], mono, in [-1, 1]; a shorter sound
    is padded with silence.

    Args:
        sample_rate: of the waveform, in Hz.
        min_seconds: a sound file with less than this is bad, not short.

    Raises:
        BadMedia: a file is missing or damaged, or the pictures of the clip differ in size.
    """

    def __init__(self, sample_rate: int = 16000, min_seconds: float = 1.0):
        self.sample_rate, self.min_seconds = sample_rate, min_seconds

    def transform(self, results: dict) -> dict:
        """See the class."""
        paths = results['frame_paths']
        frames = [read_image(path) for path in paths]
        for path, frame in zip(paths, frames):
            if frame.shape != frames[0].shape:
                raise BadMedia(f'{path}: {frame.shape[0]} x {frame.shape[1]} pixels, while the first frame of the clip has '
                               f'{frames[0].shape[0]} x {frames[0].shape[1]}')
        results['frames'] = np.stack(frames)
        results['waveform'] = read_sound(results['audio_path'], len(frames), self.sample_rate, self.min_seconds)
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}(sample_rate={self.sample_rate}, min_seconds={self.min_seconds})'
