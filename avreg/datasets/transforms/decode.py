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
# Zero and full scale of the integer sample formats.
_SCALE = {'u8': (128.0, 128.0), 's16': (0.0, 32768.0), 's32': (0.0, 2147483648.0)}
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


def read_packets(container: InputContainer, streams: list[Stream], keep: Callable[[], Any] = list) -> tuple[dict[int, Any], dict[int, float]]:
    """The packets of each stream, still encoded, and the second at which they end; both by the index of the stream.

    Args:
        container: an open file, at its beginning.
        streams: of it.
        keep: makes what a stream's packets are appended to: a list, or a :class:`PacketTable`, which holds no media.

    Raises:
        BadMedia: all end more than a second before the container says they do (a file cut off).
    """
    packets = {stream.index: keep() for stream in streams}
    ends = dict.fromkeys(packets, 0.0)
    # As floats: arithmetic with fractions would take a tenth of the time of reading a clip.
    tick = {stream.index: float(stream.time_base or 0) for stream in streams}
    for packet in container.demux(streams):
        if packet.size:
            packets[packet.stream_index].append(packet)
            time = packet.dts if packet.pts is None else packet.pts
            if time is not None:
                end = (time + (packet.duration or 0)) * tick[packet.stream_index]
                ends[packet.stream_index] = max(ends[packet.stream_index], end)
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

    What no wanted frame depends on is not decoded: groups of pictures without one, and non-reference frames.

    Returns:
        uint8[len(times), H, W, 3], RGB.

    Raises:
        BadMedia: no frame can be decoded.
    """
    table = PacketTable(packets)
    needed: set[int] = set()
    if len(table.clock) and table.is_timed:
        needed = set(shown(table.clock, times, stream).tolist())
        pictures = _decode(stream, _only_needed(packets, needed), needed)
    if not needed or len(pictures) < len(needed):
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


def groups_with(table: PacketTable, needed: np.ndarray) -> np.ndarray:
    """The packets of the groups of pictures that hold a needed one, bool[n].

    A group begins at a key frame. Pictures of a group that are shown before its key frame refer to the group before.

    Args:
        table: of the stream.
        needed: bool[n].
    """
    begins = table.is_keyframe.copy()
    begins[:1] = True
    group = np.cumsum(begins) - 1
    starts = np.flatnonzero(begins)
    keep = np.zeros(len(starts), bool)
    keep[group[needed]] = True
    early = group[needed & (table.pts < table.pts[starts][group])]
    keep[early[early > 0] - 1] = True
    return keep[group]


def _only_needed(packets: list[Packet], needed: set[int]) -> list[Packet]:
    """Packets of the groups of pictures that hold a needed one, in decoding order."""
    table = PacketTable(packets)
    return [packets[i] for i in np.flatnonzero(groups_with(table, np.isin(table.pts, list(needed))))]


def _decode(stream: Stream, packets: list[Packet], needed: set[int]) -> dict[int, object]:
    """Timestamp -> picture of the needed ones among ``packets``."""
    context = stream.codec_context
    pictures = {}
    for packet in [*packets, None]:
        context.skip_frame = 'DEFAULT' if packet is None or packet.pts in needed else 'NONREF'
        for frame in context.decode(packet):
            if frame.pts in needed:
                pictures[frame.pts] = frame
        if len(pictures) == len(needed):
            break
    return pictures


def decode_sound(stream: Stream, packets: list[Packet], start: float, seconds: float) -> tuple[np.ndarray, int]:
    """The sound of a stream from ``start``, at its own rate, channels averaged.

    Returns:
        waveform float32[at most seconds * rate] in [-1, 1], and the rate.

    Raises:
        BadMedia: not a single sample.
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
    samples = frame.to_ndarray()
    kind, planar = _format(frame.format.name)
    if not planar:
        samples = samples.reshape(-1, frame.layout.nb_channels).T
    if kind in _SCALE:
        zero, full = _SCALE[kind]
        samples = (samples.astype(np.float32) - np.float32(zero)) / np.float32(full)
    return samples[0] if len(samples) == 1 else samples.mean(axis=0, dtype=np.float32)


@functools.cache
def _format(name: str) -> tuple[str, bool]:
    """A sample format, packed, and whether ``name`` is planar."""
    return AudioFormat(name).packed.name, AudioFormat(name).is_planar
