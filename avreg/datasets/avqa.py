"""AVQA: questions about VGGSound clips with four choices, read from the official files."""
from __future__ import annotations

from avreg.benchmarks.avqa import NUM_CHOICES
from avreg.registry import DATASETS

from .base import AVDataset
from .names import read_json_list, require_fields

FIELDS = ('id', 'video_name', 'question_text', 'answer')


@DATASETS.register_module()
class AVQA(AVDataset):
    """AVQA (Yang et al., ACM MM 2022): a sample is a question about a clip of 10 s.

    Adds ``question_id`` int, ``question``, ``choices`` list[str] (four; those that an official row lacks are 'NULL', as in the official
    code), ``answer`` (the place of the true choice, as a string), ``question_relation`` and ``question_type``.

    Args:
        **kwargs: see :class:`AVDataset`.
    """

    benchmark = 'avqa'
    layout = 'train_qa.json, val_qa.json and the videos video/<video_name>.mp4'
    default_media = dict(video=('video', 'videos'))

    def load_samples(self) -> list[dict]:
        """One dict a question of the split."""
        path = self.find_file(*([self.ann_file] if self.ann_file else [f'{self.split}_qa.json']))
        samples = []
        for number, row in enumerate(read_json_list(path, 'questions')):
            where = f'{path}, entry {number}'
            require_fields(row, FIELDS, where, f"the fields are {', '.join(FIELDS)} and multi_choice")
            answer = str(row['answer'])
            self.card.label_index(answer, f"{where} (id {row['id']})")
            choices = ['NULL' if choice is None else str(choice) for choice in row.get('multi_choice') or []]
            if len(choices) > NUM_CHOICES:
                raise ValueError(f"{where} (id {row['id']}): {len(choices)} choices, at most {NUM_CHOICES} are known")
            samples.append(dict(
                sample_id=int(row['id']), question_id=int(row['id']), video_id=str(row['video_name']), question=row['question_text'],
                choices=choices + ['NULL'] * (NUM_CHOICES - len(choices)), answer=answer,
                question_relation=row.get('question_relation'), question_type=row.get('question_type')))
        return samples
