"""Decoding of a media file with PyAV: the frames shown at given times, and the sound, by their timestamps."""
from __future__ import annotations

import functools
from array import array
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
from av import AudioFormat
from av.audio.frame import AudioFrame
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter

from ..bad_media import BadMedia

# A hole between two sound frames of more seconds than this is filled with silence; a shorter one is rounding.
HOLE = 0.05
# Seconds by which a picture can be decoded before it is shown, with room to spare.
REORDERING = 30.0
# The packed sample formats.
_DTYPES = {'u8': np.uint8, 's16': np.int16, 's32': np.int32, 's64': np.int64, 'flt': np.float32, 'dbl': np.float64}
# Zero and full scale of the integer ones.
_SCALE = {'u8': (128.0, 128.0), 's16': (0.0, 32768.0), 's32': (0.0, 2147483648.0), 's64': (0.0, 2.0**63)}
# Of a packet without a timestamp.
_NO_PTS = np.iinfo(np.int64).min


class PacketTable:
    """What is known of the packets of a stream before they are decoded: ten bytes each, so a film of hours fits.

    Args:
        packets: in the order of the file.
    """

    def __init__(self, packets: Iterable[Packet] = ()):
        self._pts, self._flags = array('q'), bytearray()
        for packet in packets:
            self.append(packet)

    def append(self, packet: Packet) -> None:
        """Note one more."""
        self._pts.append(_NO_PTS if packet.pts is None else packet.pts)
        self._flags.append(packet.is_keyframe + 2 * packet.is_discard)

    @property
    def pts(self) -> np.ndarray:
        """Timestamps, int64[n]."""
        return np.frombuffer(self._pts, np.int64) if self._pts else np.empty(0, np.int64)

    @property
    def is_keyframe(self) -> np.ndarray:
        """bool[n]."""
        return np.frombuffer(self._flags, np.uint8) % 2 == 1

    @property
    def is_timed(self) -> bool:
        """Every packet has a timestamp."""
        return bool((self.pts != _NO_PTS).all())

    @property
    def clock(self) -> np.ndarray:
        """Ascending timestamps of the pictures that are to be shown."""
        return np.unique(self.pts[(self.pts != _NO_PTS) & (np.frombuffer(self._flags, np.uint8) < 2)])


def read_packets(container: InputContainer, streams: list[Stream], until: float = np.inf,
                 keep: Callable[[], Any] = list) -> tuple[dict[int, Any], dict[int, float]]:
    """The packets of each stream, still encoded, and the second at which they end; both by the index of the stream.

    Args:
        container: an open file, at its beginning.
        streams: of it.
        until: second of the streams' clocks after which nothing is wanted: reading ends where nothing before it depends on what follows.
        keep: makes what a stream's packets are appended to: a list, or a :class:`PacketTable`, which holds no media.

    Raises:
        BadMedia: all end before ``until`` and more than a second before the container says they do (a file cut off).
    """
    packets = {stream.index: keep() for stream in streams}
    ends = dict.fromkeys(packets, 0.0)
    # As floats: arithmetic with fractions would take a tenth of the time of reading a clip.
    tick = {stream.index: float(stream.time_base or 0) for stream in streams}
    for packet in container.demux(streams):
        if packet.size:
            time = packet.dts if packet.pts is None else packet.pts
            if time is not None:
                end = (time + (packet.duration or 0)) * tick[packet.stream_index]
                ends[packet.stream_index] = max(ends[packet.stream_index], end)
                if end > until + REORDERING:
                    if min(ends.values()) > until + REORDERING:
                        return packets, ends
                    continue
            packets[packet.stream_index].append(packet)
    declared, end = declared_seconds(container), max(ends.values())
    # The length of an audio file is often a guess from its bit rate, that of a video is written in its header.
    if container.streams.video and end < declared - 1:
        raise BadMedia(f'the file is cut off: it declares {declared:.1f} s and ends at {end:.1f} s')
    return packets, ends


def declared_seconds(container: InputContainer) -> float:
    """How long a file says that it is; 0 if it does not."""
    declared = [(container.duration or 0) / 1e6]
    if container.format.name == 'avi':
        # FFmpeg shortens the length of one that was cut off. The number of pictures stays.
        declared += [float(stream.frames / stream.average_rate) for stream in container.streams.video if stream.average_rate]
    return max(declared)


def decode_frames(stream: Stream, packets: list[Packet], times: np.ndarray) -> np.ndarray:
    """The frames shown at ``times`` (seconds on the stream's clock): the last that is not later, or the first of all.

    What no wanted frame depends on is not decoded: groups of pictures without one, what follows the last one of a group, and non-reference
    frames.

    Returns:
        uint8[len(times), H, W, 3], RGB.

    Raises:
        BadMedia: no frame can be decoded, or the picture changes its size.
    """
    table = PacketTable(packets)
    wanted, pictures = set(), {}
    if len(table.clock) and table.is_timed:
        wanted = set(shown(table.clock, times, stream).tolist())
        pictures = {frame.pts: frame for frame in decode_needed(stream, packets, table, np.isin(table.pts, list(wanted))) if frame.pts in wanted}
    if not wanted or len(pictures) < len(wanted):
        # Timestamps are absent, or a packet gave no picture (a hidden one, or a damaged start): look at every picture
        # there is.
        stream.codec_context.flush_buffers()
        stream.codec_context.skip_frame = 'DEFAULT'
        everything = [frame for packet in [*packets, None] for frame in stream.codec_context.decode(packet)]
        pictures = {frame.pts: frame for frame in everything if frame.pts is not None}
        if not pictures:
            raise BadMedia('no picture can be decoded')
    wanted = shown(np.array(sorted(pictures), dtype=np.int64), times, stream)
    # One converter for all: each frame's own would be set up anew.
    convert = VideoReformatter()
    pictures = {pts: upright(pictures[pts], convert) for pts in set(wanted.tolist())}
    shapes = {picture.shape for picture in pictures.values()}
    if len(shapes) > 1:
        raise BadMedia(f'the picture changes its size: {sorted(shapes)}')
    return np.stack([pictures[pts] for pts in wanted.tolist()])


def shown(clock: np.ndarray, times: np.ndarray, stream: Stream) -> np.ndarray:
    """Timestamps, out of the ascending ``clock``, of the pictures on screen at ``times``."""
    # A tick of tolerance: 0.5 s may be written as 0.49999.
    ticks = np.floor(times / float(stream.time_base) + 1e-3)
    return clock[np.maximum(np.searchsorted(clock, ticks, side='right') - 1, 0)]


def upright(frame: VideoFrame, convert: VideoReformatter) -> np.ndarray:
    """A picture as it is to be looked at, uint8[H, W, 3], RGB: turned as the file says, by quarters."""
    picture = convert.reformat(frame, format='rgb24').to_ndarray()
    quarters = round(frame.rotation / 90) % 4
    return np.ascontiguousarray(np.rot90(picture, quarters)) if quarters else picture


def packets_for(table: PacketTable, needed: np.ndarray) -> np.ndarray:
    """The packets that the needed ones depend on, and these, bool[n]: of each group of pictures that holds some, all up to the last of them.

    A group begins at a key frame. Pictures of a group that are shown before its key frame refer to the group before, which is then
    kept whole.

    Args:
        table: of the stream.
        needed: bool[n].
    """
    begins = table.is_keyframe.copy()
    begins[:1] = True
    group = np.cumsum(begins) - 1
    starts = np.flatnonzero(begins)
    # No picture depends on what is decoded after it.
    last = np.full(len(starts), -1)
    np.maximum.at(last, group[needed], np.flatnonzero(needed))
    early = group[needed & (table.pts < table.pts[starts][group])]
    last[early[early > 0] - 1] = len(group)
    return np.arange(len(group)) <= last[group]


def decode_needed(stream: Stream, packets: Iterable[Packet], table: PacketTable, needed: np.ndarray) -> Iterator[VideoFrame]:
    """The needed pictures, and others that they depend on, in the order in which they are shown.

    Args:
        stream: of an open file.
        packets: all of the stream.
        table: of them.
        needed: bool[n].
    """
    kept, context, begun = packets_for(table, needed), stream.codec_context, False
    for i, packet in enumerate(and_end(packets)):
        if packet is not None and kept[i]:
            context.skip_frame, begun = 'DEFAULT' if needed[i] else 'NONREF', True
            yield from context.decode(packet)
        elif begun:
            # Before a gap the decoder gives what it still has, and forgets what would not fit what follows.
            yield from context.decode(None)
            context.flush_buffers()
            begun = False


def decode_sound(stream: Stream, packets: list[Packet], start: float, seconds: float) -> tuple[np.ndarray, int]:
    """The sound of a stream from ``start``, at its own rate, channels averaged.

    Returns:
        waveform float32[at most seconds * rate] in [-1, 1], and the rate.

    Raises:
        BadMedia: not a single sample, or the sampling rate changes.
    """
    pieces, rate = [], 0
    for piece, rate in sound_pieces(stream, packets, start, start + seconds):
        pieces.append(piece)
    if not pieces:
        raise BadMedia('no sound can be decoded')
    return np.concatenate(pieces)[:round(seconds * rate)], rate


def sound_pieces(stream: Stream, packets: Iterable[Packet], start: float, end: float = np.inf) -> Iterator[tuple[np.ndarray, int]]:
    """The sound of a stream piece by piece, without a gap: float32[n] in [-1, 1], channels averaged, and the rate.

    Args:
        stream: of an open file.
        packets: its packets.
        start: second of the stream's clock at which the first piece begins.
        end: second after which no packet is decoded; the last piece may go beyond it.

    Raises:
        BadMedia: the sampling rate changes.
    """
    rate, length = 0, 0
    tick = float(stream.time_base)
    for packet in and_end(packets):
        if packet is not None and packet.pts is not None and packet.pts * tick > end:
            continue
        for frame in stream.codec_context.decode(packet):
            piece = _mono(frame)
            if rate not in (0, frame.sample_rate):
                raise BadMedia(f'the sampling rate changes from {rate} to {frame.sample_rate}')
            rate = frame.sample_rate
            if frame.pts is not None:
                offset = round((frame.pts * float(frame.time_base) - start) * rate) - length
                if offset > HOLE * rate:
                    # A hole may be longer than memory.
                    yield from ((np.zeros(min(rate, offset - i), np.float32), rate) for i in range(0, offset, rate))
                    length += offset
                elif not length and offset < 0:
                    piece = piece[-offset:]
            if len(piece):
                yield piece, rate
                length += len(piece)


def and_end(packets: Iterable[Packet]) -> Iterator[Packet | None]:
    """The packets that hold something, then the sign for the decoder to give what it still has."""
    yield from (packet for packet in packets if packet.size)
    yield None


def _mono(frame: AudioFrame) -> np.ndarray:
    """Samples float32 in [-1, 1], mean over channels."""
    kind, planar = _format(frame.format.name)
    count = frame.layout.nb_channels
    # Views of the decoder's memory: two arrays of numbers a frame are all that is made, which counts with 40 frames a second.
    if planar:
        channels = [np.frombuffer(plane, _DTYPES[kind], frame.samples) for plane in frame.planes]
    else:
        channels = np.frombuffer(frame.planes[0], _DTYPES[kind], frame.samples * count).reshape(-1, count).T
    total = channels[0].astype(np.float32)
    for channel in channels[1:]:
        total += channel.astype(np.float32, copy=False)
    zero, full = _SCALE.get(kind, (0.0, 1.0))
    if zero:
        total -= zero * count
    if count * full != 1:
        total /= count * full
    return total


@functools.cache
def _format(name: str) -> tuple[str, bool]:
    """A sample format, packed, and whether ``name`` is planar."""
    return AudioFormat(name).packed.name, AudioFormat(name).is_planar
