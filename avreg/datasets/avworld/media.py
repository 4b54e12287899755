"""Writing a clip as real media: H.264 and AAC in an mp4."""
from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from avreg.datasets.avworld.scene import Scene
from avreg.datasets.avworld.sound import SAMPLE_RATE, render_sound
from avreg.datasets.avworld.video import FPS, render_frames


def write_clip(scene: Scene, path: str | Path) -> None:
    """Render ``scene`` into the mp4 ``path``. It appears whole or not at all."""
    write_mp4(path, render_frames(scene), render_sound(scene))


def write_mp4(path: str | Path, frames: np.ndarray, waveform: np.ndarray, fps: int = FPS,
              sample_rate: int = SAMPLE_RATE) -> None:
    """Encode ``frames`` (uint8[F, H, W, 3]) and ``waveform`` (float32[samples], mono) to ``path``, atomically.

    One encoder thread and no time stamp of creation: the same input gives the same bytes.
    """
    path = Path(path)
    temporary = path.with_name(f'.{path.name}.{os.getpid()}.tmp')
    with av.open(str(temporary), 'w', format='mp4') as container:
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
    os.replace(temporary, path)
