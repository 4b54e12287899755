"""LoadClip: frames and sound of a media file."""
from __future__ import annotations

import av
import numpy as np
import torch
from mmcv.transforms import BaseTransform
from torchaudio.transforms import Resample

from avreg.errors import ConfigError
from avreg.registry import TRANSFORMS

from ..bad_media import BadMedia
from .decode import decode_frames, decode_sound, read_packets


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
        self._resamplers: dict[int, Resample] = {}

    def transform(self, results: dict) -> dict:
        """See the class."""
        seconds = results['num_segments']
        video, audio = results['video_path'], results['audio_path']
        flexible = results.get('flexible_length', False)
        results['frames'], waveform = self._open(video, seconds, True, audio == video, flexible)
        seconds = len(results['frames']) // self.frames_per_segment
        if audio != video:
            _, waveform = self._open(audio, seconds, False, True)
        results['waveform'] = waveform
        return results

    def _open(self, path: str, seconds: int, with_frames: bool, with_sound: bool,
              flexible: bool = False) -> tuple[np.ndarray | None, np.ndarray | None]:
        """Frames and waveform of one file, as far as they are wanted."""
        try:
            # Titles of real files are not always UTF-8, and nobody reads them here.
            with av.open(path, metadata_errors='replace') as container:
                return self._read(container, seconds, with_frames, with_sound, flexible)
        except BadMedia as problem:
            raise BadMedia(f'{path}: {problem}') from problem
        except FileNotFoundError as problem:
            raise BadMedia(f'{path}: there is no such file') from problem
        except av.FFmpegError as problem:
            raise BadMedia(f'{path}: cannot be decoded ({problem.strerror})') from problem

    def _read(self, container, seconds: int, with_frames: bool, with_sound: bool,
              flexible: bool) -> tuple[np.ndarray | None, np.ndarray | None]:
        """Frames and waveform of an open file."""
        video = container.streams.video[0] if with_frames and container.streams.video else None
        sound = container.streams.audio[0] if with_sound and container.streams.audio else None
        if with_frames and video is None:
            raise BadMedia('there is no video track')
        if with_sound and sound is None and (self.no_sound == 'error' or not with_frames):
            raise BadMedia("there is no sound track (LoadClip(no_sound='silence') takes that of a video as silence)")
        streams = [stream for stream in (video, sound) if stream is not None]
        # Some containers start their clock later than zero. What lies before zero (encoder delay) is not part of the
        # clip.
        start = max(container.start_time or 0, 0) / 1e6
        packets, ends = read_packets(container, streams)
        for stream in streams:
            if stream.codec_context is None:
                raise BadMedia(f'its {stream.type} track is of an unknown kind')
            # Workers decode in parallel; threads inside a decoder would only get in their way.
            stream.codec_context.thread_count = 1
            if ends[stream.index] - start < self.min_seconds:
                raise BadMedia(f'there is only {ends[stream.index] - start:.2f} s of {stream.type}, less than '
                               f'LoadClip(min_seconds={self.min_seconds:g})')
        if flexible:
            seconds = min(seconds, max(1, round(max(ends.values()) - start)))
        frames = waveform = None
        if with_frames:
            n = self.frames_per_segment
            frames = decode_frames(video, packets[video.index], start + (np.arange(seconds * n) + 0.5) / n)
        if with_sound:
            waveform = np.zeros(seconds * self.sample_rate, np.float32)
            if sound is not None:
                found = self._resample(*decode_sound(sound, packets[sound.index], start, seconds))[:len(waveform)]
                waveform[:len(found)] = found
        return frames, waveform

    def _resample(self, waveform: np.ndarray, rate: int) -> np.ndarray:
        """The waveform at ``sample_rate``."""
        if rate == self.sample_rate:
            return waveform
        if rate not in self._resamplers:
            self._resamplers[rate] = Resample(rate, self.sample_rate)
        return self._resamplers[rate](torch.from_numpy(waveform)).clamp_(-1, 1).numpy()

    def __repr__(self) -> str:
        return (f'{type(self).__name__}(frames_per_segment={self.frames_per_segment}, sample_rate={self.sample_rate}, '
                f'no_sound={self.no_sound!r}, min_seconds={self.min_seconds})')
