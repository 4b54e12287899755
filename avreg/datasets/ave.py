"""AVE: audio-visual event localization, read from the official files."""
from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from avreg.registry import DATASETS

from .base import AVDataset, check_choice

HEADER = 'Category&VideoID&Quality&StartTime&EndTime'


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

    Args:
        supervision: 'fully', or 'weakly': training samples then carry ``gt_label`` alone. (The 178 background videos of
            the official weakly supervised protocol are published as features only.)
        **kwargs: see :class:`AVDataset`.
    """

    benchmark = 'ave'
    layout = 'Annotations.txt, trainSet.txt, valSet.txt, testSet.txt and the videos AVE/<id>.mp4'
    default_media = dict(video=('AVE',))

    def __init__(self, data_root: str, split: str = 'train', pipeline=(), supervision: str = 'fully', **kwargs):
        self.supervision = check_choice('AVE.supervision', supervision, ('fully', 'weakly'))
        super().__init__(data_root, split, pipeline, **kwargs)

    def load_samples(self) -> list[dict]:
        """One dict a row of the split."""
        samples = []
        for row in self._rows():
            label = self.card.label_index(row.category, row.where)
            segments = np.full(self.num_segments, len(self.card.labels) - 1, dtype=np.int64)
            segments[row.start:row.end] = label
            sample = dict(sample_id=row.video_id, video_id=row.video_id, gt_label=label)
            if self.supervision == 'fully' or self.split != 'train':
                sample['gt_segments'] = segments
            samples.append(sample)
        return samples

    def _rows(self) -> list[AVERow]:
        """The rows of the split, from its own file or by number from Annotations.txt."""
        names = (self.ann_file,) if self.ann_file else (f'{self.split}Set.txt',)
        orders = (f'{self.split}_order.h5', f'data/{self.split}_order.h5')
        order = next((self.data_root / name for name in orders if (self.data_root / name).is_file()), None)
        if self.ann_file or order is None or (self.data_root / names[0]).is_file():
            return read_ave_rows(self.find_file(*names), self.num_segments)
        rows = read_ave_rows(self.find_file('Annotations.txt', 'data/Annotations.txt'), self.num_segments)
        return [rows[i] for i in _read_order(order, len(rows))]


def _read_order(path: Path, num_rows: int) -> list[int]:
    """Row numbers of a split from its HDF5 file.

    Raises:
        ImportError: h5py is not installed.
        ValueError: a number beyond the last row.
    """
    try:
        import h5py
    except ImportError as problem:
        raise ImportError(f'reading the split from {path} needs h5py: `pip install avreg[h5]`, or put the official '
                          f"{path.name.split('_')[0]}Set.txt beside Annotations.txt") from problem
    with h5py.File(path, 'r') as file:
        order = [int(i) for i in file['order'][()]]
    if max(order) >= num_rows:
        raise ValueError(f'{path}: row {max(order)} is beyond the {num_rows} rows of Annotations.txt')
    return order
