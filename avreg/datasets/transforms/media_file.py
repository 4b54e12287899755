"""Opening of a media file: its pictures at given times and its sound, every failure told as BadMedia with the path."""
from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from contextlib import contextmanager

import av
import numpy as np
import torch
from av.container import InputContainer
from av.stream import Disposition, Stream
from torchaudio.transforms import Resample

from ..bad_media import BadMedia, MissingTrack
from .decode import decode_frames, decode_sound, read_packets

# Numbers in a filter of resampling; that from 44.1 to 16 kHz has 70 560, that of any rate in use below 12 million.
_LARGEST_FILTER = 2**24


@contextmanager
def open_media(path: str, picture: bool, sound: str | bool, min_seconds: float = 1.0, until: float = math.inf) -> Iterator[MediaFile]:
    """A file whose picture, sound or both are wanted.

    Args:
        path: of a video or sound file.
        picture: the picture is wanted.
        sound: 'error' and 'silence' say what a missing sound track is; False if the sound is not wanted.
        min_seconds: a file with less of what is wanted is bad, not short.
        until: second after which nothing is wanted; what lies behind it is hardly read.

    Raises:
        BadMedia: the file is missing, damaged, cut off, or has no (or hardly any) picture or sound. Also for what goes
            wrong inside the ``with``.
    """
    with opened(path) as container:
        yield MediaFile(container, picture, sound, min_seconds, until)


@contextmanager
def opened(path: str) -> Iterator[InputContainer]:
    """The file as PyAV opens it; what goes wrong inside the ``with`` is BadMedia with the path.

    Raises:
        BadMedia: the file is missing or damaged.
    """
    try:
        # Titles of real files are not always UTF-8, and nobody reads them here.
        with av.open(path, metadata_errors='replace') as container:
            yield container
    except BadMedia as problem:
        raise type(problem)(f'{path}: {problem}') from problem
    except FileNotFoundError as problem:
        raise BadMedia(f'{path}: there is no such file') from problem
    except av.FFmpegError as problem:
        raise BadMedia(f'{path}: cannot be decoded ({problem.strerror})') from problem


class MediaFile:
    """An open file; made by :func:`open_media`.

    Args:
        container: the open file, at its beginning.
        picture: see :func:`open_media`.
        sound: see there.
        min_seconds: see there.
        until: see there.

    Attributes:
        seconds: length of the longer of the wanted tracks, as far as it was read.

    Raises:
        MissingTrack: there is no picture that is wanted, or no sound with ``sound='error'``.
        BadMedia: the file is cut off, or a track is too short or of an unknown kind.
    """

    def __init__(self, container: InputContainer, picture: bool, sound: str | bool, min_seconds: float, until: float):
        self._video = video_track(container) if picture else None
        self._sound = sound_track(container) if sound else None
        if picture and self._video is None:
            raise MissingTrack('there is no video track')
        if sound == 'error' and self._sound is None:
            raise MissingTrack("there is no sound track (no_sound='silence' takes that of a video as silence)")
        streams = [stream for stream in (self._video, self._sound) if stream is not None]
        self._start = start_of(container)
        self._packets, ends = read_packets(container, streams, self._start + until)
        for stream in streams:
            prepare_decoder(stream)
            if ends[stream.index] - self._start < min_seconds:
                raise BadMedia(f'there is only {ends[stream.index] - self._start:.2f} s of {stream.type}, less than '
                               f'min_seconds={min_seconds:g}')
        self.seconds = max(ends.values()) - self._start

    def frames(self, times: np.ndarray) -> np.ndarray:
        """The pictures on screen at ``times`` (seconds). uint8[len(times), H, W, 3], RGB."""
        return decode_frames(self._video, self._packets[self._video.index], self._start + times)

    def waveform(self, seconds: float, sample_rate: int, begin: float = 0.0) -> np.ndarray:
        """The sound from second ``begin`` on, silence where there is none.

        Returns:
            float32[seconds * sample_rate], mono, in [-1, 1].
        """
        waveform = np.zeros(round(seconds * sample_rate), np.float32)
        if self._sound is not None:
            packets = self._packets[self._sound.index]
            found, rate = decode_sound(self._sound, packets, self._start, begin + seconds)
            found = _resample(found[round(begin * rate):], rate, sample_rate)[:len(waveform)]
            waveform[:len(found)] = found
        return waveform


def video_track(container: InputContainer) -> Stream | None:
    """The track whose picture is taken: the first that is no cover of an album."""
    return next((stream for stream in container.streams.video if not stream.disposition & Disposition.attached_pic), None)


def sound_track(container: InputContainer) -> Stream | None:
    """The track whose sound is taken: the one that the file calls its default, as players do, or the first."""
    tracks = container.streams.audio
    return next((stream for stream in tracks if stream.disposition & Disposition.default), tracks[0] if tracks else None)


def start_of(container: InputContainer) -> float:
    """Second of the container's clock at which the clip begins."""
    # Some containers start their clock later than zero. What lies before zero (encoder delay) is not part of the clip.
    return max(container.start_time or 0, 0) / 1e6


def prepare_decoder(stream: Stream) -> None:
    """Make the decoder of a track ready.

    Raises:
        BadMedia: there is none.
    """
    if stream.codec_context is None:
        raise BadMedia(f'its {stream.type} track is of an unknown kind')
    # Workers decode in parallel; threads inside a decoder would only get in their way.
    stream.codec_context.thread_count = 1


def read_sound(path: str, seconds: float, sample_rate: int, min_seconds: float = 1.0) -> np.ndarray:
    """The first ``seconds`` of a sound file. float32[seconds * sample_rate], see :meth:`MediaFile.waveform`.

    Raises:
        BadMedia: see :func:`open_media`.
    """
    with open_media(path, False, 'error', min_seconds, seconds) as file:
        return file.waveform(seconds, sample_rate)


def _resample(waveform: np.ndarray, rate: int, sample_rate: int) -> np.ndarray:
    """The waveform at ``sample_rate``."""
    if rate == sample_rate or not len(waveform):
        return waveform
    return resampler(rate, sample_rate)(torch.from_numpy(waveform)).clamp_(-1, 1).numpy()


@functools.lru_cache(maxsize=16)
def resampler(rate: int, sample_rate: int) -> Resample:
    """The filter between two rates, made once a process.

    Raises:
        BadMedia: it would fill the memory, as between rates that have no common divisor.
    """
    common = math.gcd(rate, sample_rate)
    if rate // common * (sample_rate // common) > _LARGEST_FILTER:
        raise BadMedia(f'its sampling rate of {rate} Hz is too odd to be brought to {sample_rate} Hz')
    return Resample(rate, sample_rate)
