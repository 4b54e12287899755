"""AVE: audio-visual event localization, read from the official files."""
from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from avreg.errors import ConfigError, did_you_mean
from avreg.passport import check_same
from avreg.registry import DATASETS

from .base import AVDataset, check_choice
from .hdf5_features import HDF5Row, import_h5py, is_hdf5, open_hdf5, read_hdf5_passport

HEADER = 'Category&VideoID&Quality&StartTime&EndTime'
# Key of the dataset in the official HDF5 files.
HDF5_KEY = 'avadataset'


class AVERow(NamedTuple):
    """A line of the annotations: its event lasts from second ``start`` to ``end``; ``where`` is file and line."""

    category: str
    video_id: str
    start: int
    end: int
    where: str


def read_ave_rows(path: Path, num_segments: int = 10) -> list[AVERow]:
    """Rows of Annotations.txt or of a split file, with or without the header line.

    Raises:
        ValueError: a line is not ``category&id&quality&start&end`` with 0 <= start <= end <= ``num_segments``; names
            the line.
    """
    rows = []
    for number, line in enumerate(path.read_text(encoding='utf-8').splitlines(), 1):
        if not line.strip() or (number == 1 and line.strip() == HEADER):
            continue
        # From the right: the category is free text.
        fields = line.strip().rsplit('&', 4)
        if len(fields) != 5 or not (fields[3].isdigit() and fields[4].isdigit()):
            raise ValueError(f'{path}:{number}: expected {HEADER} with whole seconds, got {line!r}')
        start, end = int(fields[3]), int(fields[4])
        if not start <= end <= num_segments:
            raise ValueError(f'{path}:{number} (id {fields[1]}): seconds {start} to {end} are not an interval within '
                             f'0..{num_segments}')
        rows.append(AVERow(fields[0], fields[1], start, end, f'{path}:{number} (id {fields[1]})'))
    return rows


@DATASETS.register_module()
class AVE(AVDataset):
    """AVE (Tian et al., ECCV 2018): an event of 28 a clip, a label a second, background if not seen and heard.

    Adds ``gt_segments`` int64[T] (class of each second, 28 = background) and ``gt_label`` int (class of the clip). The
    truth is taken from the row of the split file: 45 ids have several rows with other events.

    The split is read from ``<split>Set.txt``; where that is absent, ``<split>_order.h5`` (row numbers into
    Annotations.txt, as in the authors' repository; needs h5py) takes its place.

    ``features`` may name the official HDF5 files, ``dict(audio='audio_feature.h5', visual='visual_feature.h5')``: float[4143, 10, ...]
    under the key ``avadataset``, a row for each of Annotations.txt, which must be there too. tools/pack_features.py makes such files.

    Args:
        supervision: 'fully', or 'weakly': training samples then carry ``gt_label`` alone.
        background_features: kind -> HDF5 file, ``dict(audio='audio_feature_noisy.h5', visual='visual_feature_noisy.h5')``, of the
            background videos (178) that the official weakly supervised protocol adds to training. They are published as features only,
            without ids: their samples are called ``background_000`` and so on. The same kinds as ``features``.
        features: see :class:`AVDataset`.
        **kwargs: see there.

    Raises:
        ConfigError: an unknown ``supervision``, or ``background_features`` outside weakly supervised training, of other kinds than
            ``features`` or not of HDF5 files.
    """

    benchmark = 'ave'
    layout = 'Annotations.txt, trainSet.txt, valSet.txt, testSet.txt and the videos AVE/<id>.mp4'
    default_media = dict(video=('AVE',))

    def __init__(self, data_root: str, split: str = 'train', pipeline=(), supervision: str = 'fully',
                 background_features: Mapping[str, str] | None = None, features: Mapping[str, str] | None = None, **kwargs):
        self.supervision = check_choice('AVE.supervision', supervision, ('fully', 'weakly'))
        self.background_features = dict(background_features or {})
        features = features or {}
        if self.background_features and (split != 'train' or supervision != 'weakly'):
            raise ConfigError("AVE.background_features: the background videos belong to split='train' with supervision='weakly', not to "
                              f'split={split!r} with supervision={supervision!r}')
        if self.background_features and self.background_features.keys() != set(features):
            raise ConfigError(f'AVE.background_features is of {", ".join(self.background_features)}, AVE.features of '
                              f'{", ".join(features) or "nothing"}: they must be of the same kinds')
        if names := [name for name in self.background_features.values() if not is_hdf5(name)]:
            raise ConfigError(f'AVE.background_features: {names[0]!r} is no HDF5 file (.h5)')
        super().__init__(data_root, split, pipeline, features=features, **kwargs)

    def load_samples(self) -> list[dict]:
        """One dict a row of the split; with HDF5 features also ``annotation_row``, its number in Annotations.txt."""
        samples = []
        rows = self._rows()
        numbers = self._annotation_rows(rows) if any(map(is_hdf5, self.features.values())) else [None] * len(rows)
        for row, number in zip(rows, numbers):
            label = self.card.label_index(row.category, row.where)
            segments = np.full(self.num_segments, len(self.card.labels) - 1, dtype=np.int64)
            segments[row.start:row.end] = label
            sample = dict(sample_id=row.video_id, video_id=row.video_id, gt_label=label)
            if self.supervision == 'fully' or self.split != 'train':
                sample['gt_segments'] = segments
            if number is not None:
                sample['annotation_row'] = number
            samples.append(sample)
        return samples + self._background_samples()

    def all_rows(self) -> list[AVERow]:
        """The rows of Annotations.txt, which order the official HDF5 files."""
        return read_ave_rows(self.find_file('Annotations.txt', 'data/Annotations.txt'), self.num_segments)

    def hdf5_rows(self, kind: str, path: Path, samples: list[dict]) -> list[HDF5Row]:
        """See the base class.

        Raises:
            ValueError: the file has another number of rows than Annotations.txt, or no rows under its key.
            ConfigError: features and background features of different passports.
        """
        if (count := _count_rows(path)) != self._num_annotations:
            raise ValueError(f'{path}: {count} rows under {HDF5_KEY!r}, but Annotations.txt has {self._num_annotations}: they belong to '
                             'other annotations')
        background = self.background_features.get(kind)
        if background:
            check_same(read_hdf5_passport(path), read_hdf5_passport(self.data_root / background), str(path), background)
        return [HDF5Row(str(self.data_root / background if 'background_row' in sample else path), HDF5_KEY,
                        sample.get('background_row', sample.get('annotation_row'))) for sample in samples]

    def _annotation_rows(self, rows: list[AVERow]) -> list[int]:
        """The number of each row in Annotations.txt.

        Raises:
            ValueError: a row is not there.
        """
        whole = self.all_rows()
        self._num_annotations = len(whole)
        # Without the place; some ids have several rows.
        numbers = {row[:4]: number for number, row in enumerate(whole)}
        if lost := [row for row in rows if row[:4] not in numbers]:
            raise ValueError(f'{lost[0].where}: Annotations.txt, whose rows order the HDF5 features, has no such row (nor {len(lost) - 1} '
                             'others of the split)')
        return [numbers[row[:4]] for row in rows]

    def _background_samples(self) -> list[dict]:
        """One dict a background video.

        Raises:
            ValueError: the files are not of as many videos.
        """
        counts = {name: _count_rows(self.data_root / name) for name in self.background_features.values()}
        if len(set(counts.values())) > 1:
            raise ValueError('AVE.background_features are of different videos: '
                             + ', '.join(f'{count} rows in {name}' for name, count in counts.items()))
        label, count = len(self.card.labels) - 1, max(counts.values(), default=0)
        names = [f'background_{k:03d}' for k in range(count)]
        return [dict(sample_id=name, video_id=name, gt_label=label, background_row=k) for k, name in enumerate(names)]

    def _rows(self) -> list[AVERow]:
        """The rows of the split, from its own file or by number from Annotations.txt."""
        names = (self.ann_file,) if self.ann_file else (f'{self.split}Set.txt',)
        orders = (f'{self.split}_order.h5', f'data/{self.split}_order.h5')
        order = next((self.data_root / name for name in orders if (self.data_root / name).is_file()), None)
        if self.ann_file or order is None or (self.data_root / names[0]).is_file():
            return read_ave_rows(self.find_file(*names), self.num_segments)
        rows = self.all_rows()
        return [rows[i] for i in _read_order(order, len(rows))]


def _read_order(path: Path, num_rows: int) -> list[int]:
    """Row numbers of a split from its HDF5 file.

    Raises:
        MissingPackage: h5py is not installed.
        ValueError: a number beyond the last row.
    """
    import_h5py(f'reading the split from {path}', f", or put the official {path.name.split('_')[0]}Set.txt beside Annotations.txt")
    with open_hdf5(path) as file:
        order = [int(i) for i in file['order'][()]]
    if max(order) >= num_rows:
        raise ValueError(f'{path}: row {max(order)} is beyond the {num_rows} rows of Annotations.txt')
    return order


def _count_rows(path: Path) -> int:
    """Rows of an official HDF5 file. For further errors see :func:`open_hdf5`.

    Raises:
        ValueError: its key is not there.
    """
    with open_hdf5(path) as file:
        if HDF5_KEY not in file or not hasattr(file[HDF5_KEY], 'shape') or not file[HDF5_KEY].shape:
            raise ValueError(f'{path}: no rows under the key {HDF5_KEY!r}{did_you_mean(HDF5_KEY, file)}')
        return len(file[HDF5_KEY])
