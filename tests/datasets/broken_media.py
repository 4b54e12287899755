"""Files that no encoder can read, one for each way in which downloads go wrong."""
from __future__ import annotations

import shutil
import struct
from pathlib import Path

import av
import numpy as np
from PIL import Image

from . import media


def patch(data: bytes, name: bytes, offset: int, value: bytes) -> bytes:
    """``data`` with ``value`` at ``offset`` behind the first ``name``, of a box of mp4 or of an element of Matroska."""
    place = data.index(name) + len(name) + offset
    return data[:place] + value + data[place + len(value):]


def write_broken(folder: Path) -> dict[str, str]:
    """Twenty-two of them. Gives file name -> what the reason says of it when the picture is wanted, as a regular expression."""
    folder.mkdir(parents=True)
    faststart = {'movflags': 'faststart'}
    whole = media.write_video(folder / 'whole.mp4', seconds=4).read_bytes()
    early = media.write_video(folder / 'early.mp4', seconds=4, container_options=faststart).read_bytes()
    matroska = media.write_video(folder / 'whole.mkv', seconds=4).read_bytes()
    for name in ('whole.mp4', 'early.mp4', 'whole.mkv'):
        (folder / name).unlink()
    chunks = int.from_bytes(whole[whole.index(b'stco') + 8:][:4], 'big')
    data = {
        'zero_bytes.mp4': b'',
        'text.mp4': b'<html><body>404 Not Found</body></html>\n' * 50,
        'zeros.mp4': bytes(20000),
        'noise.mkv': np.random.default_rng(0).bytes(20000),
        'archive.mp4': b'PK\x03\x04' + np.random.default_rng(1).bytes(5000),
        'header_alone.mp4': whole[:40],
        'index_lost.mp4': whole[:len(whole) * 2 // 3],
        'cut_off.mp4': early[:len(early) // 2],
        # Every chunk of pictures is said to lie behind the end of the file.
        'index_broken.mp4': patch(whole, b'stco', 8, struct.pack('>I', 10**9) * chunks),
        'long_duration.mkv': patch(matroska, b'\x44\x89\x88', 0, struct.pack('>d', 1e6)),
        'wild_clock.mp4': patch(whole, b'stts', 12, struct.pack('>I', 2**31 - 1)),
        'codec_unknown.mp4': whole.replace(b'avc1', b'zzz1'),
        'pictures_zeroed.mp4': early[:early.index(b'mdat') + 4] + bytes(len(early) - early.index(b'mdat') - 4),
    }
    for name, content in data.items():
        (folder / name).write_bytes(content)
    for suffix in ('mkv', 'webm', 'avi'):
        codec, sound = ('libvpx-vp9', 'libopus') if suffix == 'webm' else ('mpeg4', 'libmp3lame')
        path = media.write_video(folder / f'cut_off_{suffix}.{suffix}', seconds=6, codec=codec, sound=sound, sample_rate=48000)
        path.write_bytes(path.read_bytes()[:path.stat().st_size // 2])
    media.write_sound(folder / 'sound_alone.mp4')
    shutil.copyfile(media.write_sound(folder / 'sound.mp3', codec='libmp3lame', sample_rate=44100), folder / 'song.mp4')
    (folder / 'sound.mp3').unlink()
    media.write_video(folder / 'blink.mp4', seconds=0.25)
    Image.new('RGB', (32, 32)).save(folder / 'picture.jpg')
    (folder / 'picture.jpg').rename(folder / 'picture.mp4')
    with av.open(str(folder / 'nothing_in_it.mkv'), 'w') as container:
        container.add_stream('libx264', rate=8)
        container.start_encoding()
    (folder / 'link.mp4').symlink_to(folder / 'gone.mp4')
    cannot, cut = 'cannot be decoded', 'cut off: it declares'
    return dict.fromkeys(data, f'{cannot}|no picture|cut off') | {
        'cut_off.mp4': cut, 'long_duration.mkv': cut, 'wild_clock.mp4': 'not believed', 'codec_unknown.mp4': 'unknown kind|' + cannot,
        'cut_off_mkv.mkv': cut, 'cut_off_webm.webm': cut, 'cut_off_avi.avi': cut, 'sound_alone.mp4': 'no video track',
        'song.mp4': 'no video track', 'blink.mp4': 'only 0.25 s', 'picture.mp4': 'only 0.* s', 'nothing_in_it.mkv': cannot,
        'link.mp4': 'no such file'}
