"""Decoding of a media file with PyAV: the frames shown at given times, and the sound, by their timestamps."""
from __future__ import annotations

import functools

import numpy as np
from av import AudioFormat
from av.audio.frame import AudioFrame
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
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


def read_packets(container: InputContainer, streams: list[Stream], until: float) -> tuple[dict[int, list[Packet]], dict[int, float]]:
    """The packets of each stream, still encoded, and the second at which they end; both by the index of the stream.

    Reading ends where nothing before second ``until`` depends on what follows: of a film its beginning is read.

    Raises:
        BadMedia: all end before ``until`` and more than a second before the container says they do (a file cut off).
    """
    packets: dict[int, list[Packet]] = {stream.index: [] for stream in streams}
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
    declared, end = (container.duration or 0) / 1e6, max(ends.values())
    # The length of an audio file is often a guess from its bit rate, that of a video is written in its header.
    if container.streams.video and end < declared - 1:
        raise BadMedia(f'the file is cut off: it declares {declared:.1f} s and ends at {end:.1f} s')
    return packets, ends


def decode_frames(stream: Stream, packets: list[Packet], times: np.ndarray) -> np.ndarray:
    """The frames shown at ``times`` (seconds on the stream's clock): the last that is not later, or the first of all.

    What no wanted frame depends on is not decoded: groups of pictures without one, and non-reference frames.

    Returns:
        uint8[len(times), H, W, 3], RGB.

    Raises:
        BadMedia: no frame can be decoded.
    """
    clock = np.array([p.pts for p in packets if p.pts is not None and not p.is_discard], dtype=np.int64)
    needed: set[int] = set()
    if len(clock) and all(packet.pts is not None for packet in packets):
        needed = set(_shown(np.unique(clock), times, stream).tolist())
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
    wanted = _shown(np.array(sorted(pictures), dtype=np.int64), times, stream)
    # One converter for all: each frame's own would be set up anew.
    convert = VideoReformatter()
    pictures = {pts: convert.reformat(pictures[pts], format='rgb24').to_ndarray() for pts in set(wanted.tolist())}
    shapes = {picture.shape for picture in pictures.values()}
    if len(shapes) > 1:
        raise BadMedia(f'the picture changes its size: {sorted(shapes)}')
    return np.stack([pictures[pts] for pts in wanted.tolist()])


def _shown(clock: np.ndarray, times: np.ndarray, stream: Stream) -> np.ndarray:
    """Timestamps, out of the ascending ``clock``, of the pictures on screen at ``times``."""
    # A tick of tolerance: 0.5 s may be written as 0.49999.
    ticks = np.floor(times / float(stream.time_base) + 1e-3)
    return clock[np.maximum(np.searchsorted(clock, ticks, side='right') - 1, 0)]


def _only_needed(packets: list[Packet], needed: set[int]) -> list[list[Packet]]:
    """Runs of packets in decoding order, each from a key frame to the last needed picture that depends on it.

    A group of pictures begins at a key frame. Pictures of a group that are shown before its key frame refer to the group before, which
    is then part of the run.
    """
    starts = [i for i, packet in enumerate(packets) if packet.is_keyframe]
    if not starts or starts[0] != 0:
        starts.insert(0, 0)
    runs: list[list[int]] = []
    for group, (start, stop) in enumerate(zip(starts, [*starts[1:], len(packets)])):
        wanted = [i for i in range(start, stop) if packets[i].pts in needed]
        if not wanted:
            continue
        # No picture depends on what is decoded after it.
        end = wanted[-1] + 1
        if group and min(packets[i].pts for i in wanted) < packets[start].pts:
            if runs and runs[-1][0] <= starts[group - 1] < runs[-1][1]:
                runs[-1][1] = end
                continue
            start = starts[group - 1]
        runs.append([start, end])
    return [packets[start:end] for start, end in runs]


def _decode(stream: Stream, runs: list[list[Packet]], needed: set[int]) -> dict[int, object]:
    """Timestamp -> picture of the needed ones among the packets of ``runs``."""
    context = stream.codec_context
    pictures = {}
    for run in runs:
        for packet in [*run, None]:
            context.skip_frame = 'DEFAULT' if packet is None or packet.pts in needed else 'NONREF'
            for frame in context.decode(packet):
                if frame.pts in needed:
                    pictures[frame.pts] = frame
        context.flush_buffers()
    return pictures


def decode_sound(stream: Stream, packets: list[Packet], start: float, seconds: float) -> tuple[np.ndarray, int]:
    """The sound of a stream from ``start``, at its own rate, channels averaged.

    Returns:
        waveform float32[at most seconds * rate] in [-1, 1], and the rate.

    Raises:
        BadMedia: not a single sample.
    """
    pieces: list[np.ndarray] = []
    rate, length = 0, 0
    tick, end = float(stream.time_base), start + seconds
    for packet in [*packets, None]:
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
                    pieces.append(np.zeros(offset, np.float32))
                    length += offset
                elif not length and offset < 0:
                    piece = piece[-offset:]
            pieces.append(piece)
            length += len(piece)
    if not length:
        raise BadMedia('no sound can be decoded')
    return np.concatenate(pieces)[:round(seconds * rate)], rate


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
