"""Small media files and benchmark folders made by the tests."""
from __future__ import annotations

import json
import shutil
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.codec.context import Flags

TONE = 440.0


def write_video(path: Path, seconds: float = 3.0, fps: Fraction | int = 8, size: int = 32, sound: str | None = 'aac',
                sample_rate: int = 44100, layout: str = 'stereo', codec: str = 'libx264', gop: int = 8,
                b_frames: int = 0, amplitude: float = 0.5, open_gop: bool = False,
                container_options: dict[str, str] | None = None) -> Path:
    """A video whose frame k is of grey 8 * (k % 28) + 16, brighter on the right, with a tone of 440 Hz."""
    with av.open(str(path), 'w', options=container_options or {}) as container:
        video = container.add_stream(codec, rate=fps)
        video.width = video.height = size
        video.pix_fmt = 'yuv420p'
        video.gop_size, video.max_b_frames = gop, b_frames
        if open_gop:
            video.codec_context.flags &= ~Flags.closed_gop
        if sound:
            audio = container.add_stream(sound, rate=sample_rate, layout=layout)
        for k in range(round(seconds * fps)):
            picture = np.full((size, size, 3), grey(k), np.uint8)
            picture[:, size // 2:] += 24
            frame = av.VideoFrame.from_ndarray(picture, format='rgb24')
            frame.pts, frame.time_base = k, 1 / Fraction(fps)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        if sound:
            _encode_tone(container, audio, seconds, amplitude)
    return path


def grey(k: int) -> int:
    """Grey of frame ``k``, left half."""
    return 8 * (k % 28) + 16


def make_ave(root: Path, clip: Path, train: int = 6, test: int = 2) -> Path:
    """An AVE download whose clips are all ``clip``."""
    (root / 'AVE').mkdir(parents=True)
    for split, count in (('train', train), ('val', test), ('test', test)):
        rows = [
            f"{'Violin, fiddle' if k % 2 else 'Bark'}&{split}_{k:06d}&good&{k % 4}&{k % 4 + 5}" for k in range(count)
        ]
        (root / f'{split}Set.txt').write_text('\n'.join(rows) + '\n')
        for k in range(count):
            shutil.copyfile(clip, root / 'AVE' / f'{split}_{k:06d}.mp4')
    return root


def make_llp(root: Path, clip: Path, train: int = 5, test: int = 3) -> Path:
    """An LLP download whose clips are all ``clip``."""
    (root / 'video').mkdir(parents=True)
    for name, count in (('AVVP_train', train), ('AVVP_val_pd', test), ('AVVP_test_pd', test)):
        ids = [f'{name[5:8]}_{k:07d}' for k in range(count)]
        (root / f'{name}.csv').write_text('filename\tevent_labels\n' + ''.join(f'{i}_10_20\tSpeech,Dog\n' for i in ids))
        for i in ids:
            shutil.copyfile(clip, root / 'video' / f'{i}.mp4')
    for name, label in (('audio', 'Speech'), ('visual', 'Dog')):
        path = root / f'AVVP_eval_{name}.csv'
        path.write_text(f'filename\tonset\toffset\tevent_labels\ntes_0000000_10_20\t2\t5\t{label}\n')
    return root


def question(video_id: str, question_id: int,
             template: str = 'What is the <LR> instrument of the <FL> sounding instrument?',
             values: tuple[str, ...] = ('left', 'first'), answer: str = 'saxophone', **changes) -> dict:
    """A row of a MUSIC-AVQA file."""
    return {
        'video_id': video_id,
        'question_id': question_id,
        'type': json.dumps(['Audio-Visual', 'Location']),
        'question_content': template,
        'templ_values': json.dumps(values),
        'question_deleted': 0,
        'anser': answer,
        **changes
    }


def make_music_avqa(root: Path, clip: Path, videos: int = 2, questions: int = 3) -> Path:
    """A MUSIC-AVQA download (update) whose clips are all ``clip``."""
    (root / 'video').mkdir(parents=True)
    (root / 'json_update').mkdir()
    for k in range(videos):
        shutil.copyfile(clip, root / 'video' / f'{k:08d}.mp4')
    for s, split in enumerate(('train', 'val', 'test')):
        rows = [question(f'{k:08d}', 1000 * s + 10 * k + q) for k in range(videos) for q in range(questions)]
        (root / 'json_update' / f'avqa-{split}.json').write_text(json.dumps(rows))
    return root


def write_sound(path: Path, seconds: float = 3.0, sample_rate: int = 16000, codec: str = 'aac',
                layout: str = 'mono') -> Path:
    """A file with a tone of 440 Hz and no picture."""
    with av.open(str(path), 'w') as container:
        audio = container.add_stream(codec, rate=sample_rate, layout=layout)
        _encode_tone(container, audio, seconds, 0.5)
    return path


def _encode_tone(container, audio, seconds: float, amplitude: float) -> None:
    """Write the tone to a stream of an open container, the same in all channels."""
    rate, layout = audio.rate, audio.layout.name
    wave = amplitude * np.sin(2 * np.pi * TONE * np.arange(round(seconds * rate)) / rate)
    channels = np.repeat(wave[None].astype(np.float32), audio.layout.nb_channels, 0)
    frame = av.AudioFrame.from_ndarray(channels, format='fltp', layout=layout)
    frame.sample_rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)
    for resampled in av.AudioResampler(audio.format.name, layout, rate, audio.frame_size or None).resample(frame):
        container.mux(audio.encode(resampled))
    container.mux(audio.encode(None))
