"""Writing media files: mp4 (H.264 and AAC), PNG and JPEG, wav. Each appears whole or not at all; same input, same bytes."""
from __future__ import annotations

import wave
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image

from avreg.atomic_write import whole_file
from avreg.datasets.avworld.sound import SAMPLE_RATE
from avreg.datasets.avworld.video import FPS

# The lowest zlib level: a quarter less time than level 3 for a tenth more bytes.
_IMAGE_OPTIONS = {'.jpg': ('JPEG', {'quality': 90}), '.png': ('PNG', {'compress_level': 1})}


def write_mp4(path: Path, frames: np.ndarray, waveform: np.ndarray, fps: int = FPS, sample_rate: int = SAMPLE_RATE) -> None:
    """Encode ``frames`` (uint8[F, H, W, 3]) and ``waveform`` (float32[samples], mono) to ``path``.

    One encoder thread and no time stamp of creation: the same input gives the same bytes.
    """
    with whole_file(path) as temporary, av.open(str(temporary), 'w', format='mp4') as container:
        video = container.add_stream('libx264', rate=fps, options={'preset': 'ultrafast', 'crf': '24', 'g': str(2 * fps)})
        video.height, video.width = frames.shape[1:3]
        video.pix_fmt = 'yuv420p'
        video.thread_count = 1
        audio = container.add_stream('aac', rate=sample_rate, layout='mono', options={'aac_coder': 'fast'})
        audio.bit_rate = 64000
        for index, image in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(image, format='rgb24')
            frame.pts, frame.time_base = index, Fraction(1, fps)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        sound = av.AudioFrame.from_ndarray(waveform[None].astype(np.float32), format='fltp', layout='mono')
        sound.sample_rate, sound.pts, sound.time_base = sample_rate, 0, Fraction(1, sample_rate)
        container.mux(audio.encode(sound))
        container.mux(audio.encode(None))


def write_image(path: Path, image: np.ndarray) -> None:
    """Encode ``image`` (uint8[H, W, 3] RGB, or uint8[H, W] grey) to ``path``, a .jpg or .png."""
    encoder, options = _IMAGE_OPTIONS[path.suffix]
    with whole_file(path) as temporary:
        Image.fromarray(image).save(temporary, encoder, **options)


def write_wav(path: Path, waveform: np.ndarray, sample_rate: int = SAMPLE_RATE) -> None:
    """Write ``waveform`` (float32[samples] in [-1, 1], mono) to ``path`` as 16-bit PCM."""
    with whole_file(path) as temporary, wave.open(str(temporary), 'wb') as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sample_rate)
        file.writeframes(np.round(waveform * 32767).astype('<i2').tobytes())
