"""MediaStream: one track of a media file of any length, read in pieces, so that hours of it cost no more memory than seconds."""
from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager

import av
import numpy as np
import torch
from av.container import InputContainer
from av.stream import Stream
from av.video.reformatter import VideoReformatter

from ..bad_media import BadMedia, MissingTrack
from .decode import PacketTable, and_end, decode_needed, read_packets, shown, sound_pieces, upright
from .media_file import opened, prepare_decoder, resampler, sound_track, start_of, video_track

# Seconds of a file whose timestamps are believed: a damaged one may lie billions of seconds away.
LONGEST = 86400
# Seconds of sound that are resampled at a time.
_BLOCK = 8


@contextmanager
def open_stream(path: str, modality: str, min_seconds: float = 0.5) -> Iterator[MediaStream]:
    """A file of which one track is wanted.

    Args:
        path: of a video or sound file.
        modality: 'visual' or 'audio'.
        min_seconds: a track with less is bad, not short.

    Raises:
        MissingTrack: it has no such track.
        BadMedia: the file is missing, damaged, cut off, or there is hardly anything in the track. Also for what goes wrong inside
            the ``with``.
    """
    with opened(path) as container:
        yield MediaStream(path, container, modality, min_seconds)


class MediaStream:
    """An open file; made by :func:`open_stream`. It gives what MediaFile gives, piece by piece.

    The file is gone through once when it is opened, without decoding anything, to know its length and which pictures are needed; and
    once more by :meth:`frames` or :meth:`waveform`.

    Args:
        path: of the file, which is opened anew to be read.
        container: the open file, at its beginning.
        modality: see :func:`open_stream`.
        min_seconds: see there.

    Attributes:
        seconds: length of the track.

    Raises:
        MissingTrack: there is no such track.
        BadMedia: the file is cut off, or the track is too short, longer than a day, or of an unknown kind.
    """

    def __init__(self, path: str, container: InputContainer, modality: str, min_seconds: float):
        self._path = path
        tracks = [track for track in (video_track(container), sound_track(container)) if track is not None]
        kind, name = ('video', 'video') if modality == 'visual' else ('audio', 'sound')
        track = next((track for track in tracks if track.type == kind), None)
        if track is None:
            raise MissingTrack(f'there is no {name} track')
        prepare_decoder(track)
        self._start, self._index = start_of(container), track.index
        # Of both tracks: that one ends early does not say that the file is cut off.
        tables, ends = read_packets(container, tracks, keep=PacketTable)
        self._table = tables[track.index]
        self.seconds = ends[track.index] - self._start
        if self.seconds < min_seconds:
            raise BadMedia(f'there is only {self.seconds:.2f} s of {name}, less than min_seconds={min_seconds:g}')
        if self.seconds > LONGEST:
            raise BadMedia(f'its timestamps say that it lasts {self.seconds / 3600:.0f} hours, which is not believed')

    def frames(self, times: np.ndarray) -> Iterator[np.ndarray]:
        """The pictures on screen at the ascending ``times`` (seconds), one after the other. uint8[H, W, 3], RGB.

        Raises:
            BadMedia: no picture can be decoded.
        """
        times = self._start + np.asarray(times, np.float64)
        done = 0
        # As in decode_frames: if a picture that should be there is not, the rest is looked for among every picture there is.
        if len(self._table.clock) and self._table.is_timed:
            with self._again() as (container, stream):
                for picture in self._needed_frames(container, stream, times):
                    yield picture
                    done += 1
        if done < len(times):
            with self._again() as (container, stream):
                yield from _all_frames(container, stream, times[done:])

    def waveform(self, sample_rate: int) -> Iterator[np.ndarray]:
        """The sound in blocks without a gap, float32[n], mono, in [-1, 1].

        Raises:
            BadMedia: no sound can be decoded, or its sampling rate changes.
        """
        with self._again() as (container, stream):
            pieces = sound_pieces(stream, container.demux(stream), self._start, self._start + self.seconds)
            sounded = False
            for block in resample_blocks(pieces, sample_rate):
                sounded = True
                yield block
        if not sounded:
            raise BadMedia('no sound can be decoded')

    @contextmanager
    def _again(self) -> Iterator[tuple[InputContainer, Stream]]:
        """The file from its beginning, and the track."""
        # Opened anew: not every file can be wound back.
        with av.open(self._path, metadata_errors='replace') as container:
            stream = container.streams[self._index]
            prepare_decoder(stream)
            yield container, stream

    def _needed_frames(self, container: InputContainer, stream: Stream, times: np.ndarray) -> Iterator[np.ndarray]:
        """The pictures at ``times``, up to the first that is not where its packet says; what none depends on is not decoded."""
        wanted = shown(self._table.clock, times, stream)
        convert, done = VideoReformatter(), 0
        for frame in decode_needed(stream, container.demux(stream), self._table, np.isin(self._table.pts, wanted)):
            if frame.pts is None or frame.pts < wanted[done]:
                continue
            if frame.pts > wanted[done]:
                return
            picture = upright(frame, convert)
            while done < len(wanted) and wanted[done] == frame.pts:
                yield picture
                done += 1
            if done == len(wanted):
                return


def _all_frames(container: InputContainer, stream: Stream, times: np.ndarray) -> Iterator[np.ndarray]:
    """The pictures at ``times`` out of every picture of the file: the last that is not later, or the first of all."""
    convert, done, before = VideoReformatter(), 0, None
    ticks = np.floor(times / float(stream.time_base) + 1e-3)
    for packet in and_end(container.demux(stream)):
        for frame in stream.codec_context.decode(packet):
            if frame.pts is None or before is not None and frame.pts <= before.pts:
                continue
            if before is not None and ticks[done] < frame.pts:
                picture = upright(before, convert)
                while done < len(ticks) and ticks[done] < frame.pts:
                    yield picture
                    done += 1
                if done == len(ticks):
                    return
            before = frame
    if before is None:
        raise BadMedia('no picture can be decoded')
    picture = upright(before, convert)
    for _ in range(done, len(ticks)):
        yield picture


def resample_blocks(pieces: Iterator[tuple[np.ndarray, int]], sample_rate: int) -> Iterator[np.ndarray]:
    """Sound at another rate: what the filter of :func:`~.media_file.resampler` makes of the whole, block by block.

    Args:
        pieces: float32[n] and its rate, the same for all.
        sample_rate: in Hz, of the blocks float32[m].
    """
    held, rate, begun = np.empty(0, np.float32), 0, False
    waiting: list[np.ndarray] = []
    for piece, rate in pieces:
        waiting.append(piece)
        if rate == sample_rate:
            yield waiting.pop()
            continue
        size, around = _block_sizes(rate, sample_rate)
        if len(held) + sum(map(len, waiting)) < size + (1 + begun) * around:
            continue
        held, waiting = np.concatenate([held, *waiting]), []
        while len(held) >= size + (1 + begun) * around:
            first = around if begun else 0
            yield _resampled(held[:first + size + around], first, size, rate, sample_rate)
            # What lies before the next block stays for its filter.
            held = held[first + size - around:]
            begun = True
    held = np.concatenate([held, *waiting])
    if rate and rate != sample_rate and len(held):
        first = around if begun else 0
        if len(held) > first:
            yield _resampled(held, first, len(held) - first, rate, sample_rate)


def _block_sizes(rate: int, sample_rate: int) -> tuple[int, int]:
    """Samples of a block, and around it that its filter looks at: multiples of those after which the filter repeats."""
    step = rate // math.gcd(rate, sample_rate)
    around = -(-resampler(rate, sample_rate).width // step) * step
    return max(around, -(-_BLOCK * rate // step) * step), around


def _resampled(samples: np.ndarray, first: int, size: int, rate: int, sample_rate: int) -> np.ndarray:
    """Samples ``first`` to ``first + size`` at the new rate; those around them are for the filter alone."""
    common = math.gcd(rate, sample_rate)
    begin = first // (rate // common) * (sample_rate // common)
    end = begin + math.ceil(size * (sample_rate // common) / (rate // common))
    return resampler(rate, sample_rate)(torch.from_numpy(samples))[begin:end].clamp_(-1, 1).numpy()
