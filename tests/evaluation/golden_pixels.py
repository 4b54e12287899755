"""Reads the golden cases of the benchmarks with pixels: official annotations and a submission, as predicted samples."""
import csv
import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from .samples import avs_sample, avss_sample, vggss_sample


def golden_samples(folder: Path) -> list:
    """Samples of ``folder`` (``annotations/``, ``submission/``), whose name is the benchmark's, in annotation order."""
    rows = _READERS[folder.name](folder / 'annotations')
    return [_MAKERS[folder.name](row, folder / 'submission/arrays', number) for number, row in enumerate(rows)]


def _read_vggss(annotations: Path) -> list[dict]:
    return [dict(id=row['file'], boxes=row['bbox']) for row in json.loads((annotations / 'vggss.json').read_text())]


def _read_s4(annotations: Path) -> list[dict]:
    folder = annotations / 's4_data/gt_masks/test'
    rows = _test_rows(annotations / 's4_meta_data.csv')
    return [dict(id=f'{row["category"]}/{row["name"]}', masks=_masks(folder / row['category'], row['name'], '1', 1))
            for row in rows]


def _read_ms3(annotations: Path) -> list[dict]:
    folder = annotations / 'ms3_data/gt_masks/test'
    rows = _test_rows(annotations / 'ms3_meta_data.csv')
    return [dict(id=row['name'], masks=_masks(folder, row['name'], 'P', 255)) for row in rows]


def _read_avss(annotations: Path) -> list[dict]:
    rows = []
    for row in _test_rows(annotations / 'metadata.csv'):
        folder = annotations / row['label'] / row['uid'] / 'labels_rgb'
        images = [Image.open(path).convert('RGB').resize((224, 224), Image.NEAREST)
                  for path in sorted(folder.iterdir(), key=lambda path: int(path.stem))]
        rows.append(dict(id=row['uid'], subset=row['label'], masks=_classes(np.stack([np.array(i) for i in images]))))
    return rows


def _test_rows(path: Path) -> list[dict]:
    with path.open(newline='') as file:
        return [row for row in csv.DictReader(file) if row['split'] == 'test']


def _masks(folder: Path, name: str, mode: str, white: int) -> np.ndarray:
    images = [Image.open(folder / name / f'{name}_{number}.png').convert(mode) for number in range(1, 6)]
    return np.stack([np.array(image).astype(np.float32) / white for image in images])


def _classes(colours: np.ndarray) -> np.ndarray:
    """uint8[T, H, W] of uint8[T, H, W, 3], by the PASCAL VOC colours; others are background."""
    classes = np.zeros(colours.shape[:3], np.uint8)
    for index in range(71):
        # Bits 0, 1, 2, 3, ... of the index are dealt to R, G, B, R, ... from the top bit down.
        colour = [sum((index >> (3 * i + channel) & 1) << (7 - i) for i in range(8)) for channel in range(3)]
        classes[(colours == colour).all(axis=-1)] = index
    return classes


def _array(arrays: Path, sample_id: str, key: str) -> torch.Tensor:
    with np.load(arrays / f'{sample_id}.npz', allow_pickle=False) as file:
        return torch.from_numpy(file[key])


def _vggss(row: dict, arrays: Path, number: int):
    return vggss_sample(row['id'], _array(arrays, row['id'], 'heatmap'), row['boxes'])


def _avs(benchmark: str):
    return lambda row, arrays, number: avs_sample(
        benchmark, row['id'], _array(arrays, row['id'], 'prob'), row['masks'], number)


def _avss(row: dict, arrays: Path, number: int):
    return avss_sample(row['id'], row['subset'], _array(arrays, row['id'], 'labels'), row['masks'])


_READERS = {'vggss': _read_vggss, 'avs_s4': _read_s4, 'avs_ms3': _read_ms3, 'avss': _read_avss}
_MAKERS = {'vggss': _vggss, 'avs_s4': _avs('avs_s4'), 'avs_ms3': _avs('avs_ms3'), 'avss': _avss}
