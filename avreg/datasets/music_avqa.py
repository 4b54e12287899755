"""MUSIC-AVQA: audio-visual question answering, read from the official files."""
from __future__ import annotations

import json
import re
from collections import Counter

from avreg.benchmarks.music_avqa import TEMPLATES, normalise_template
from avreg.registry import DATASETS

from .base import AVDataset, check_choice
from .names import read_json_list, require_fields, whole_number

RELEASES = {
    'update': ('json_update/avqa-{split}.json', 'split_que_id/music_avqa_{split}.json', 'music_avqa_{split}.json'),
    'first': ('json/avqa-{split}.json',),
    'by_video': ('split_video_id/music_avqa_{split}.json',),
}
FIELDS = ('video_id', 'question_id', 'type', 'question_content', 'templ_values', 'anser')

_SLOT = re.compile(r'<\w+>')
_KNOWN = {template.template for template in TEMPLATES}


def fill_slots(template: str, values: list[str], where: str = '') -> str:
    """``template`` with its slots filled from left to right.

    Raises:
        ValueError: as many values as slots are needed; names ``where``.
    """
    slots = _SLOT.findall(template)
    if len(slots) != len(values):
        raise ValueError(f'{where}: {template!r} has {len(slots)} slots, but templ_values has {len(values)}: {values}')
    remaining = iter(values)
    return _SLOT.sub(lambda _: next(remaining), template)


@DATASETS.register_module()
class MusicAVQA(AVDataset):
    """MUSIC-AVQA (Li et al., CVPR 2022): a sample is a question about a video.

    Adds ``question_id`` int, ``question`` (slots filled), ``template``, ``templ_values`` list[str], ``question_type``
    (modality, type) and ``answer`` (one of the 42). Deleted questions are left out. ``sample_id`` is the question id;
    the first release repeats some ids, whose later rows are called ``'<id>#2'``.

    Args:
        release: 'update' (the corrected questions, which papers report), 'first', or 'by_video' (splits share no
            video).
        **kwargs: see :class:`AVDataset`.
    """

    benchmark = 'music_avqa'
    layout = 'json_update/avqa-{train,val,test}.json and the videos video/<video_id>.mp4'
    flexible_length = True
    default_media = dict(video=('video', 'MUSIC-AVQA-videos-Real', 'MUSIC-AVQA-videos-Synthetic'))

    def __init__(self, data_root: str, split: str = 'train', pipeline=(), release: str = 'update', **kwargs):
        self.release = check_choice('MusicAVQA.release', release, tuple(RELEASES))
        super().__init__(data_root, split, pipeline, **kwargs)

    def load_samples(self) -> list[dict]:
        """One dict a question of the split."""
        official = [name.format(split=self.split) for name in RELEASES[self.release]]
        path = self.find_file(*([self.ann_file] if self.ann_file else official))
        rows = read_json_list(path, 'questions')
        samples, unknown = [], Counter()
        for number, row in enumerate(rows):
            require_fields(row, ('question_id', ), f'{path}, entry {number}', f"the fields are {', '.join(FIELDS)}")
            where = f"{path}, entry {number} (question_id {row['question_id']})"
            if whole_number(row.get('question_deleted', 0), 'question_deleted', where):
                continue
            require_fields(row, FIELDS, where, f"the fields are {', '.join(FIELDS)}")
            template = normalise_template(row['question_content'])
            if template not in _KNOWN:
                unknown[template] += 1
            values = _strings(row['templ_values'], 'templ_values', where)
            self.card.label_index(row['anser'], where)
            question_id = whole_number(row['question_id'], 'question_id', where)
            samples.append(dict(
                sample_id=question_id, question_id=question_id, video_id=str(row['video_id']),
                question=fill_slots(template, values, where), template=template, templ_values=values,
                question_type=tuple(_strings(row['type'], 'type', where)), answer=row['anser']))
        if unknown:
            self.warn(f'{path.name}: {sum(unknown.values())} questions follow none of the 33 templates, such as '
                      f'{next(iter(unknown))!r}')
        repeated = len(samples) - len({s['question_id'] for s in samples})
        if repeated:
            self.warn(f'{path.name}: {repeated} question ids occur again; the later rows are called <id>#2. The update '
                      'has unique ids')
        return samples


def _strings(text: str, field: str, where: str) -> list[str]:
    """The list of strings in a field that holds JSON as text.

    Raises:
        ValueError: something else.
    """
    try:
        values = json.loads(text)
    except (json.JSONDecodeError, TypeError) as problem:
        raise ValueError(f'{where}: {field} is a string that holds a JSON list, got {text!r}') from problem
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise ValueError(f'{where}: {field} is a string that holds a JSON list of strings, got {text!r}')
    return values
