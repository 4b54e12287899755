"""LLP: audio-visual video parsing, read from the official files."""
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from avreg.registry import DATASETS

from .base import AVDataset


class LLPRow(NamedTuple):
    """A line of a tab-separated LLP file; ``where`` is file, line and clip."""

    fields: list[str]
    where: str


def read_llp_rows(path: Path, header: str) -> Iterator[LLPRow]:
    """Lines of a tab-separated file below its header line.

    Args:
        path: the file.
        header: names of its columns, separated by blanks.

    Raises:
        ValueError: another header, or a line with another number of fields.
    """
    columns = header.split()
    lines = path.read_text(encoding='utf-8').splitlines()
    if not lines or lines[0].split('\t') != columns:
        found = lines[0] if lines else ''
        raise ValueError(f'{path}:1: expected the tab-separated header {header!r}, got {found!r}')
    for number, line in enumerate(lines[1:], 2):
        if not line.strip():
            continue
        fields = line.split('\t')
        if len(fields) != len(columns):
            raise ValueError(f'{path}:{number}: expected {len(columns)} tab-separated fields ({header}), got {line!r}')
        yield LLPRow(fields, f'{path}:{number} (id {fields[0]})')


def llp_video_id(filename: str, where: str) -> str:
    """The 11 characters of the id in ``<id>_<start>_<end>``; the id may hold underscores, the seconds fractions.

    Raises:
        ValueError: another form.
    """
    parts = filename.rsplit('_', 2)
    if len(parts) != 3 or len(parts[0]) != 11 or not all(p.replace('.', '', 1).isdigit() for p in parts[1:]):
        raise ValueError(f'{where}: {filename!r} is not an 11-character id, start and end second joined by underscores')
    return parts[0]


@DATASETS.register_module()
class LLP(AVDataset):
    """LLP (Tian et al., ECCV 2020): 25 events, each heard, seen or both, in clips of 10 s.

    Adds ``gt_video`` float32[25] (weak, from the list of the split) and, in val and test, ``gt_audio`` and
    ``gt_visual`` float32[T, 25] (dense, from the two event files; the dense ones are scored, also where they contradict
    the weak ones).

    Flaws of the official event files are told in a warning and change nothing: clips in neither val nor test, events
    that are empty or reversed, repeated lines. A clip without a line is silent, or blank: all zero.

    Args:
        audio_events: file of the audible events; relative to ``data_root`` or absolute.
        visual_events: file of the visible events.
        **kwargs: see :class:`AVDataset`.
    """

    benchmark = 'llp'
    layout = ('AVVP_train.csv, AVVP_val_pd.csv, AVVP_test_pd.csv, AVVP_eval_audio.csv, AVVP_eval_visual.csv and the '
              'videos video/<id>.mp4 or LLP_dataset/video/<id>.mp4')
    default_media = dict(video=('video', 'LLP_dataset/video'))
    lists = dict(train='AVVP_train.csv', val='AVVP_val_pd.csv', test='AVVP_test_pd.csv')

    def __init__(self, data_root: str, split: str = 'train', pipeline=(), audio_events: str = 'AVVP_eval_audio.csv',
                 visual_events: str = 'AVVP_eval_visual.csv', **kwargs):
        self.audio_events, self.visual_events = audio_events, visual_events
        super().__init__(data_root, split, pipeline, **kwargs)

    def load_samples(self) -> list[dict]:
        """One dict a clip of the split."""
        samples = []
        path = self.find_file(self.ann_file or self.lists[self.split])
        for (filename, labels), where in read_llp_rows(path, 'filename event_labels'):
            video = np.zeros(len(self.card.labels), dtype=np.float32)
            video[[self.card.label_index(label, where) for label in labels.split(',')]] = 1
            samples.append(dict(sample_id=filename, video_id=llp_video_id(filename, where), gt_video=video))
        if self.split != 'train':
            for field, events in (('gt_audio', self.audio_events), ('gt_visual', self.visual_events)):
                self._add_dense(samples, field, self.find_file(events))
        return samples

    def _add_dense(self, samples: list[dict], field: str, path: Path) -> None:
        """Set ``field`` of every sample from the event file ``path``."""
        shape = self.num_segments, len(self.card.labels)
        truth = {sample['sample_id']: np.zeros(shape, dtype=np.float32) for sample in samples}
        known = set(truth) | self._other_clips()
        seen: set[tuple[str, ...]] = set()
        stray: dict[str, int] = {}
        empty, repeated = [], 0
        for fields, where in read_llp_rows(path, 'filename onset offset event_labels'):
            filename, onset, offset, label = fields
            if not (onset.isdigit() and offset.isdigit() and max(int(onset), int(offset)) <= self.num_segments):
                raise ValueError(f'{where}: onset {onset!r} and offset {offset!r} are not whole seconds within '
                                 f'0..{self.num_segments}')
            if int(onset) >= int(offset):
                empty.append(f'{filename} {onset} {offset}')
            repeated += tuple(fields) in seen
            seen.add(tuple(fields))
            if filename not in known:
                stray[filename] = stray.get(filename, 0) + 1
                continue
            index = self.card.label_index(label, where)
            if filename in truth:
                truth[filename][int(onset):int(offset), index] = 1
        for sample in samples:
            sample[field] = truth[sample['sample_id']]
        if stray:
            self.warn(f'{path.name}: {sum(stray.values())} lines of {len(stray)} clips that are neither in val nor in '
                      f"test are ignored: {', '.join(list(stray)[:3])}{', ...' if len(stray) > 3 else ''}")
        if empty:
            self.warn(f'{path.name}: {len(empty)} events are empty or reversed and mark no second: '
                      f"{', '.join(empty[:3])}{', ...' if len(empty) > 3 else ''}")
        if repeated:
            self.warn(f'{path.name}: {repeated} repeated lines count once')

    def _other_clips(self) -> set[str]:
        """Clips of the other evaluated split: the event files hold both."""
        other = self.data_root / self.lists['test' if self.split == 'val' else 'val']
        if not other.is_file():
            return set()
        return {row.fields[0] for row in read_llp_rows(other, 'filename event_labels')}
