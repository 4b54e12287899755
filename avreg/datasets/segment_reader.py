"""SegmentReader: what an encoder is given of a media file, a bounded number of segments at a time."""
from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch

from .bad_media import MissingTrack
from .feature_sampling import FeatureSampling
from .transforms.log_mel import SAMPLE_RATE, LogMel
from .transforms.media_stream import MediaStream, open_stream


@dataclasses.dataclass(frozen=True)
class SegmentReader:
    """Reads one modality of media files in constant memory, however long they are.

    Args:
        modality: 'visual' or 'audio'.
        sampling: which moments are read.
        batch_size: segments at a time.
        resize: transform of frames.
        no_sound: 'error' makes a video without a sound track bad media; 'silence' reads silence, as long as its picture.
    """

    modality: str
    sampling: FeatureSampling
    batch_size: int = 64
    resize: Callable[[dict], dict] | None = None
    no_sound: str = 'error'

    def read(self, path: str) -> Iterator[Any]:
        """First the number of segments and the length in seconds, then the segments: frames uint8[n, H, W, 3], or log-mel
        float32[n, 1, 96, 64], n <= ``batch_size``.

        Raises:
            BadMedia: the file is missing, damaged, cut off, or has no (or hardly any) picture or sound.
        """
        try:
            with open_stream(path, self.modality) as file:
                yield from self._segments(file, file.seconds, file)
        except MissingTrack:
            if self.no_sound != 'silence' or self.modality != 'audio':
                raise
            with open_stream(path, 'visual') as file:
                yield from self._segments(file, file.seconds, None)

    def _segments(self, file: MediaStream, seconds: float, sound: MediaStream | None) -> Iterator[Any]:
        """See :meth:`read`."""
        count = self.sampling.count(seconds)
        yield count, seconds
        read = self._frames(file, count) if self.modality == 'visual' else self._log_mel(sound, count)
        yield from read

    def _frames(self, file: MediaStream, count: int) -> Iterator[np.ndarray]:
        batch = []
        for frame in file.frames(self.sampling.frame_times(count)):
            batch.append(self.resize(dict(frames=frame[None]))['frames'] if self.resize else frame[None])
            if len(batch) == self.batch_size:
                yield np.concatenate(batch)
                batch = []
        if batch:
            yield np.concatenate(batch)

    def _log_mel(self, file: MediaStream | None, count: int) -> Iterator[np.ndarray]:
        log_mel = LogMel(self.sampling.hop)
        blocks = iter(()) if file is None else file.waveform(SAMPLE_RATE)
        # The samples from `first` on.
        held, first = np.empty(0, np.float32), 0
        for begin in range(0, count, self.batch_size):
            start, stop = self.sampling.samples(begin, min(begin + self.batch_size, count))
            parts, missing = [held], stop - first - len(held)
            while missing > 0:
                # After its end the sound is silence.
                parts.append(next(blocks, np.zeros(missing, np.float32)))
                missing -= len(parts[-1])
            held = np.concatenate(parts)
            yield log_mel.examples(torch.from_numpy(held[start - first:stop - first])).numpy()
            # Windows may overlap: what the next batch needs stays.
            following = min(self.sampling.samples(begin + self.batch_size, begin + self.batch_size)[0] - first, len(held))
            held, first = held[following:], first + following
