"""LoadPair: the middle frame of a clip and the sound around it."""
from __future__ import annotations

import numpy as np
from mmcv.transforms import BaseTransform

from avreg.registry import TRANSFORMS

from .image_file import read_image
from .media_file import open_media

PICTURE_SUFFIXES = ('.jpg', '.jpeg', '.png')


@TRANSFORMS.register_module()
class LoadPair(BaseTransform):
    """Reads the middle frame of a clip, and the ``num_segments`` seconds (T) of sound around the middle of it.

    ``video_path`` is a picture, the middle frame itself, or a video, whose frame on screen at half of its length is
    taken; ``audio_path`` is a sound file, or that video. Adds ``frames`` uint8[1, H, W, 3], RGB, which stands for every
    second (AVDataPreprocessor); and ``waveform`` float32[T * sample_rate], mono, in [-1, 1]. Shorter sound is followed by
    silence.

    Args:
        sample_rate: of the waveform, in Hz.
        min_seconds: a file with less sound (or video) than this is bad, not short.

    Raises:
        BadMedia: a file is missing, damaged, cut off, or has no (or hardly any) picture or sound.
    """

    def __init__(self, sample_rate: int = 16000, min_seconds: float = 1.0):
        self.sample_rate, self.min_seconds = sample_rate, min_seconds

    def transform(self, results: dict) -> dict:
        """See the class."""
        seconds, video, audio = results['num_segments'], results['video_path'], results['audio_path']
        if video.lower().endswith(PICTURE_SUFFIXES):
            frame = read_image(video)
        else:
            with open_media(video, True, False, self.min_seconds) as file:
                frame = file.frames(np.array([file.seconds / 2]))[0]
        with open_media(audio, False, 'error', self.min_seconds) as file:
            begin = max(0.0, (file.seconds - seconds) / 2)
            results['waveform'] = file.waveform(seconds, self.sample_rate, begin)
        results['frames'] = frame[None]
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}(sample_rate={self.sample_rate}, min_seconds={self.min_seconds})'
