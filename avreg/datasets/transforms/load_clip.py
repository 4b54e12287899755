"""LoadClip: frames and sound of a media file."""
from __future__ import annotations

import numpy as np
from mmcv.transforms import BaseTransform

from avreg.errors import ConfigError
from avreg.registry import TRANSFORMS

from .media_file import open_media, read_sound


@TRANSFORMS.register_module()
class LoadClip(BaseTransform):
    """Decodes the first ``num_segments`` seconds of ``video_path`` and ``audio_path``.

    Reads ``video_path``, ``audio_path``, ``num_segments`` (T) and ``flexible_length``: if true, a clip that is shorter
    than T keeps its own length, rounded to whole seconds. Adds ``frames`` uint8[T * frames_per_segment, H, W, 3], RGB,
    and ``waveform`` float32[T * sample_rate], mono, in [-1, 1].

    Frame i of n in second t is the one on screen at t + (i + 0.5) / n, by the timestamps (not by counting frames): edit
    lists and odd frame rates need nothing special. After the end of a short clip its last frame stays, and the sound is
    silence.

    Args:
        frames_per_segment: n.
        sample_rate: of the waveform, in Hz.
        no_sound: 'error' makes a video without a sound track bad media; 'silence' gives zeros.
        min_seconds: a file with less picture or sound than this is bad, not short.

    Raises:
        BadMedia: a file is missing, damaged, cut off, or has no (or hardly any) picture or sound.
        ConfigError: unknown ``no_sound``.
    """

    def __init__(self, frames_per_segment: int = 1, sample_rate: int = 16000, no_sound: str = 'error',
                 min_seconds: float = 1.0):
        if no_sound not in ('error', 'silence'):
            raise ConfigError(f"LoadClip(no_sound={no_sound!r}): the choices are 'error' and 'silence'")
        self.frames_per_segment, self.sample_rate = frames_per_segment, sample_rate
        self.no_sound, self.min_seconds = no_sound, min_seconds

    def transform(self, results: dict) -> dict:
        """See the class."""
        seconds, n = results['num_segments'], self.frames_per_segment
        video, audio = results['video_path'], results['audio_path']
        together = audio == video
        with open_media(video, True, together and self.no_sound, self.min_seconds, seconds) as file:
            if results.get('flexible_length', False):
                seconds = min(seconds, max(1, round(file.seconds)))
            results['frames'] = file.frames((np.arange(seconds * n) + 0.5) / n)
            if together:
                results['waveform'] = file.waveform(seconds, self.sample_rate)
        if not together:
            results['waveform'] = read_sound(audio, seconds, self.sample_rate, self.min_seconds)
        return results

    def __repr__(self) -> str:
        return (f'{type(self).__name__}(frames_per_segment={self.frames_per_segment}, sample_rate={self.sample_rate}, '
                f'no_sound={self.no_sound!r}, min_seconds={self.min_seconds})')
