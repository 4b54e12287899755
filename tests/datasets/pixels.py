"""Small downloads of the benchmarks about places, made by the tests: pictures, masks and sounds in their real formats."""
from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from PIL import Image

from . import media

SIZE = 32


def write_picture(path: Path, grey: int = 100, size: int = SIZE) -> Path:
    """A picture that is brighter by 100 in its left half."""
    picture = np.full((size, size, 3), grey, np.uint8)
    picture[:, :size // 2] += 100
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(picture).save(path, quality=95)
    return path


def write_mask(path: Path, value: int | tuple[int, int, int] = 255, size: int = SIZE) -> Path:
    """A mask of the left quarter; a colour makes an RGB file."""
    shape = (size, size) if isinstance(value, int) else (size, size, 3)
    mask = np.zeros(shape, np.uint8)
    mask[:, :size // 4] = value
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(mask).save(path)
    return path


def write_wav(path: Path, seconds: float = 5.0, sample_rate: int = 16000, layout: str = 'mono') -> Path:
    """A tone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return media.write_sound(path, seconds, sample_rate, 'pcm_s16le', layout)


def make_vggss(root: Path, train: int = 4, test: int = 2) -> Path:
    """A VGG-SS folder with a validation file."""
    names = [f'tr_{k:08d}_000010' for k in range(train)]
    (root / 'audio').mkdir(parents=True)
    for split, name in (('va', 'vggss_val.json'), ('te', 'vggss.json')):
        files = [f'{split}_{k:08d}_000010' for k in range(test)]
        boxes = [[0.125, 0.25, 0.5, 0.75], [0.5, -2.9e16, 0.75, 1.5]]
        entries = [{'file': file, 'class': 'playing trumpet', 'bbox': boxes} for file in files]
        (root / name).write_text(json.dumps(entries))
        names += files
    (root / 'vggss_train.txt').write_text(''.join(f'{name}\n' for name in names[:train]))
    for k, name in enumerate(names):
        write_picture(root / f'frames/{name}.jpg', 10 * k)
        write_wav(root / f'audio/{name}.wav', 10.0)
    return root


XML = '''<annotation><annotator id="0"><bbox><object>1</object><xmin>0</xmin><ymin>64</ymin><xmax>128</xmax><ymax>256</ymax>
</bbox></annotator><annotator id="1"><bbox><object>1</object><xmin>64</xmin><ymin>64</ymin><xmax>128</xmax><ymax>128</ymax></bbox>
<bbox><object>2</object><xmin>-3</xmin><ymin>64</ymin><xmax>128</xmax><ymax>128</ymax></bbox></annotator></annotation>'''


def make_flickr(root: Path, ids: tuple[str, ...] = ('10000130166', '10007936344')) -> Path:
    """A Flickr-SoundNet folder."""
    (root / 'Annotations').mkdir(parents=True)
    (root / 'flickr_test.csv').write_bytes(''.join(f'{i},202\r\n' for i in ids).encode())
    for i in ids:
        (root / f'Annotations/{i}.xml').write_text(XML)
        write_picture(root / f'frames/{i}.jpg')
        write_wav(root / f'audio/{i}.wav', 10.0)
    return root


def make_s4(root: Path, counts: tuple[int, int, int] = (4, 2, 2)) -> Path:
    """AVSBench S4 below ``root``/Single-source."""
    folder = root / 'Single-source'
    rows = ['name,start,category,split']
    for split, count in zip(('train', 'val', 'test'), counts):
        for k in range(count):
            name, category = f'{split}_{k}', 'horse_clip-clop' if k % 2 else 'lawn_mowing'
            rows.append(f'{name},{k},{category},{split}')
            clip = f'{split}/{category}/{name}'
            for n in range(1, 6):
                write_picture(folder / f's4_data/visual_frames/{clip}/{name}_{n}.png', 20 * n)
            for n in range(1, 2 if split == 'train' else 6):
                write_mask(folder / f's4_data/gt_masks/{clip}/{name}_{n}.png')
            write_wav(folder / f's4_data/audio_wav/{clip}.wav', 5.02, layout='stereo')
    (folder / 's4_meta_data.csv').write_text('\n'.join(rows) + '\n')
    return root


def make_ms3(root: Path) -> Path:
    """AVSBench MS3 below ``root``/Multi-sources; masks hold the value 51."""
    folder = root / 'Multi-sources'
    rows = ['name,split']
    for split in ('train', 'val', 'test'):
        for k in range(2):
            name = f'{split}_{k}_0'
            rows.append(f'{name},{split}')
            for n in range(1, 6):
                write_picture(folder / f'ms3_data/visual_frames/{name}/{name}.mp4_{n}.png', 20 * n)
                write_mask(folder / f'ms3_data/gt_masks/{split}/{name}/{name}_{n}.png', 51)
            write_wav(folder / f'ms3_data/audio_wav/{split}/{name}.wav', 4.0, 48000)
    (folder / 'ms3_meta_data.csv').write_text('\n'.join(rows) + '\n')
    return root


def make_avss(root: Path) -> Path:
    """AVSS below ``root``/AVSS, one clip a subset and split; all masks show a clarinet (14)."""
    folder = root / 'AVSS'
    rows = ['vid,uid,s_min,s_sec,a_obj,split,label']
    for split in ('train', 'val', 'test'):
        for subset, T in (('v1s', 5), ('v1m', 5), ('v2', 10)):
            uid = f'{split}-{subset}_0_{1000 * T}'
            rows.append(f'{split}-{subset},{uid},0,0,off-the-screen,{split},{subset}')
            clip = folder / subset / uid
            for k in range(T):
                write_picture(clip / f'frames/{k}.jpg', 10 * k)
            for k in range(1 if (subset, split) == ('v1s', 'train') else T):
                write_mask(clip / f'labels_rgb/{k}.png', (64, 128, 128), 48)
                write_mask(clip / f'labels_semantic/{k}.png', 14, 48)
            write_wav(clip / 'audio.wav', float(T))
    (folder / 'metadata.csv').write_text('\n'.join(rows) + '\n')
    return root
