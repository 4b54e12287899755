"""AVQA: questions about VGGSound clips with four choices, read from the official files."""
from __future__ import annotations

from pathlib import Path

import numpy as np

from avreg.benchmarks.avqa import NUM_CHOICES
from avreg.registry import DATASETS

from .base import AVDataset
from .hdf5_features import HDF5Row, open_hdf5
from .names import read_json_list, require_fields, whole_number

FIELDS = ('id', 'video_name', 'question_text', 'answer')
# Dataset of the video numbers in an HDF5 file of features.
HDF5_IDS = 'ids'


@DATASETS.register_module()
class AVQA(AVDataset):
    """AVQA (Yang et al., ACM MM 2022): a sample is a question about a clip of 10 s.

    Adds ``question_id`` int, ``question``, ``choices`` list[str] (four; those that an official row lacks are 'NULL', as in the official
    code), ``answer`` (the place of the true choice, as a string), ``question_relation``, ``question_type`` and ``video_number``, the
    ``video_id`` of the file, None where a row has none.

    ``features`` may name HDF5 files by video number. Such a file holds the dataset ``ids`` int[N] and one other, of any name, with a row
    for each (tools/pack_features.py calls it ``features``); or one dataset a video, whose key is the number. The published ones have 8
    steps a clip, so give ``num_segments=8``: frames (8, 16, 2048) are ``patches``, or, averaged over the 16 frames, ``visual``; motion
    (8, 2048) is ``visual``, and the one sound vector (2048,) of a clip, ``audio``, stands at each step.

    Args:
        **kwargs: see :class:`AVDataset`.
    """

    benchmark = 'avqa'
    layout = 'train_qa.json, val_qa.json and the videos video/<video_name>.mp4'
    default_media = dict(video=('video', 'videos'))

    def load_samples(self) -> list[dict]:
        """One dict a question of the split.

        Raises:
            FileNotFoundError: see :meth:`find_file`.
            ValueError: not a list of questions, or one with a field missing or of another type, an unknown answer, or too many choices.
        """
        path = self.find_file(*([self.ann_file] if self.ann_file else [f'{self.split}_qa.json']))
        samples = []
        for number, row in enumerate(read_json_list(path, 'questions')):
            where = f'{path}, entry {number}'
            require_fields(row, FIELDS, where, f"the fields are {', '.join(FIELDS)} and multi_choice")
            question_id = whole_number(row['id'], 'id', where)
            if not isinstance(row['question_text'], str) or not isinstance(row.get('multi_choice') or [], list):
                raise ValueError(f"{where} (id {question_id}): question_text is a string and multi_choice a list, got {row['question_text']!r} and "
                                 f"{row.get('multi_choice')!r}")
            answer = str(row['answer'])
            self.card.label_index(answer, f"{where} (id {row['id']})")
            choices = ['NULL' if choice is None else str(choice) for choice in row.get('multi_choice') or []]
            if len(choices) > NUM_CHOICES:
                raise ValueError(f"{where} (id {row['id']}): {len(choices)} choices, at most {NUM_CHOICES} are known")
            samples.append(dict(
                sample_id=question_id, question_id=question_id, video_id=str(row['video_name']), question=row['question_text'],
                choices=choices + ['NULL'] * (NUM_CHOICES - len(choices)), answer=answer,
                question_relation=row.get('question_relation'), question_type=row.get('question_type'),
                video_number=row.get('video_id')))
        return samples

    def hdf5_rows(self, kind: str, path: Path, samples: list[dict]) -> list[HDF5Row]:
        """See the base class.

        Raises:
            ValueError: a question without a video number, or a file of neither of the two forms.
        """
        for sample in samples:
            if not str(sample['video_number']).isdigit():
                raise ValueError(f"AVQA.features.{kind}={path.name!r}: the file goes by video numbers, but question "
                                 f"{sample['question_id']} has the video_id {sample['video_number']!r} in the annotations")
        numbers = [int(sample['video_number']) for sample in samples]
        with open_hdf5(path) as file:
            keys = set(file)
            if HDF5_IDS not in keys:
                if not any(key.isdigit() for key in keys):
                    raise ValueError(f'{path}: neither a dataset {HDF5_IDS!r} beside the features, nor one for each video, called by its '
                                     f'number; it holds {", ".join(sorted(keys)[:10]) or "nothing"}')
                return [HDF5Row(str(path), str(number), present=str(number) in keys) for number in numbers]
            others = sorted(keys - {HDF5_IDS})
            ids = np.asarray(file[HDF5_IDS][()]).astype(np.int64)
            if len(others) != 1 or file[others[0]].shape[:1] != ids.shape:
                raise ValueError(f'{path}: beside {HDF5_IDS!r} ({len(ids)} videos) one dataset of as many rows is expected, there is '
                                 f'{", ".join(f"{key} {file[key].shape}" for key in others) or "none"}')
        row_of = {number: row for row, number in enumerate(ids.tolist())}
        return [HDF5Row(str(path), others[0], row_of[number]) if number in row_of else HDF5Row(str(path), f'video {number}', present=False)
                for number in numbers]
