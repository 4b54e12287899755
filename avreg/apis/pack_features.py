"""pack_features: from a folder of .npy files to the official HDF5 file of a benchmark."""
from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from tqdm import tqdm

from avreg.atomic_write import whole_file
from avreg.datasets import AVE, AVQA
from avreg.datasets.ave import HDF5_KEY
from avreg.datasets.avqa import HDF5_IDS
from avreg.datasets.hdf5_features import PASSPORT, import_h5py, is_hdf5
from avreg.datasets.transforms.load_features import read_npy
from avreg.errors import ConfigError, did_you_mean
from avreg.passport import read_passport

_SHOWN = 50


@dataclasses.dataclass(frozen=True)
class RowOrder:
    """What the rows of an official file are.

    Args:
        video_ids: of each row; the name of its ``.npy`` file.
        key: of the dataset that holds the rows.
        more: key -> array, further datasets of the file.
        steps: that every row has; None where that is not said.
    """

    video_ids: Sequence[str]
    key: str
    more: Mapping[str, np.ndarray] = dataclasses.field(default_factory=dict)
    steps: int | None = None


def _ave(data_root: str) -> RowOrder:
    """The rows of Annotations.txt."""
    dataset = AVE(data_root, lazy_init=True)
    return RowOrder([row.video_id for row in dataset.all_rows()], HDF5_KEY, steps=dataset.num_segments)


def _avqa(data_root: str) -> RowOrder:
    """The videos of all questions by their number, which is written beside them."""
    number_of: dict[str, int] = {}
    for split in ('train', 'val'):
        for sample in AVQA(data_root, split, check_media=False, lazy_init=True).load_samples():
            name, number = sample['video_id'], sample['video_number']
            if not str(number).isdigit() or number_of.setdefault(name, int(number)) != int(number):
                raise ValueError(f'{split}_qa.json of {data_root}, id {sample["question_id"]}: video_id {number!r} of {name} is no number, '
                                 'or another than before')
    names = sorted(number_of, key=number_of.__getitem__)
    numbers = np.array([number_of[name] for name in names], np.int64)
    if len(set(number_of.values())) < len(names):
        number = int(numbers[:-1][numbers[1:] == numbers[:-1]][0])
        raise ValueError(f'{data_root}: several videos have the video_id {number}: '
                         + ', '.join(name for name in names if number_of[name] == number))
    return RowOrder(names, 'features', {HDF5_IDS: numbers})


ORDERS: dict[str, Callable[[str], RowOrder]] = {'ave': _ave, 'avqa': _avqa}


def pack_features(benchmark: str, data_root: str | os.PathLike, features: str | os.PathLike, out: str | os.PathLike,
                  progress: bool = False) -> tuple[int, ...]:
    """Write the official HDF5 file of a benchmark, float32, from one ``.npy`` file a video. It appears whole or not at all.

    Args:
        benchmark: 'ave' (a row for each of Annotations.txt) or 'avqa' (a row a video, by number, and their numbers).
        data_root: folder of the annotations.
        features: folder of the files ``<video id>.npy``, all of one shape; their passport becomes an attribute of the HDF5 file.
        out: the file.
        progress: show a bar.

    Returns:
        shape of the rows together.

    Raises:
        ConfigError: unknown benchmark; ``out`` is not called as HDF5 or exists.
        FileNotFoundError: the folder is not there, or files of it; names them.
        ValueError: files that are damaged or differ in shape.
    """
    if benchmark not in ORDERS:
        raise ConfigError(f'there is no official HDF5 file of {benchmark!r}{did_you_mean(benchmark, ORDERS)}')
    out, folder = Path(out), Path(features)
    if not is_hdf5(out):
        raise ConfigError(f'{out}: call the file .h5, by which it is known')
    if out.exists():
        raise ConfigError(f'{out} exists already; remove it, or give another name')
    if not folder.is_dir():
        raise FileNotFoundError(f'there is no folder {folder}')
    h5py = import_h5py(f'writing {out}')
    order = ORDERS[benchmark](str(data_root))
    if not order.video_ids:
        raise ValueError(f'the annotations of {benchmark} in {data_root} list no video')
    there = set(os.listdir(folder))
    if missing := [video_id for video_id in dict.fromkeys(order.video_ids) if f'{video_id}.npy' not in there]:
        more = f' and {len(missing) - _SHOWN} more' if len(missing) > _SHOWN else ''
        raise FileNotFoundError(f'{len(missing)} of {len(set(order.video_ids))} videos of {benchmark} have no file in {folder}: '
                                f'{", ".join(missing[:_SHOWN])}{more}. The official file has a row for each; extract them '
                                '(tools/extract_features.py goes on where it stopped), or let the dataset read the folder itself')
    passport = read_passport(folder)
    with whole_file(out) as temporary, h5py.File(temporary, 'w') as file:
        for key, array in order.more.items():
            file[key] = array
        if passport is not None:
            file.attrs[PASSPORT] = json.dumps(passport)
        rows = None
        for number, video_id in enumerate(tqdm(order.video_ids, unit='row', desc=out.name, disable=not progress)):
            path = folder / f'{video_id}.npy'
            array = _checked(read_npy(path), path, order.steps)
            if rows is None:
                rows = file.create_dataset(order.key, (len(order.video_ids), *array.shape), np.float32)
            if array.shape != rows.shape[1:]:
                raise ValueError(f'{path}: shape {array.shape}, but {folder / order.video_ids[0]}.npy has {rows.shape[1:]}; the '
                                 'rows of a file are of one shape')
            rows[number] = array
        shape = rows.shape
    return shape


def _checked(array: np.ndarray, path: Path, steps: int | None) -> np.ndarray:
    """The array, if it can be a row.

    Raises:
        ValueError: it cannot.
    """
    if not array.ndim or not array.size or (steps is not None and len(array) != steps):
        raise ValueError(f'{path}: shape {array.shape}, expected {"some" if steps is None else steps} steps of features')
    if not np.isfinite(array).all():
        raise ValueError(f'{path}: holds numbers that are not finite')
    return array
