"""MusicAVQAAccuracy: the metric of audio-visual question answering."""
from typing import Any

import numpy as np

from avreg.registry import METRICS

from ..collection import Entry
from ..functional import QUESTION_GROUPS, music_avqa_accuracy
from .av_metric import AVMetric


@METRICS.register_module()
class MusicAVQAAccuracy(AVMetric):
    """Share of right answers by modality and question type (:func:`avreg.evaluation.functional.music_avqa_accuracy`).

    Reads ``pred_answer`` and ``gt_answer``, int[] indices of the answers, and ``question_type``, a (modality, type)
    pair.
    """

    benchmark = 'music_avqa'

    def to_entry(self, sample: dict[str, Any]) -> Entry:
        """Two indices and the pair.

        Raises:
            ValueError: a field is missing, or an answer is not one index.
        """
        if 'question_type' not in sample:
            raise ValueError(f'sample {sample.get("sample_id")!r} of {self.benchmark} has no question_type; the '
                             'packing transform must keep it as meta information')
        return Entry(
            self.sample_id(sample),
            prediction={'answer': int(self.array(sample, 'pred_answer', ()))},
            truth={'answer': int(self.array(sample, 'gt_answer', ())), 'type': tuple(sample['question_type'])},
        )

    def compute_metrics(self, results: list[Entry]) -> dict[str, float]:
        """Nine groups, three averages and ``overall`` in percent."""
        correct = np.array([entry.prediction['answer'] == entry.truth['answer'] for entry in results], bool)
        return music_avqa_accuracy(correct, [entry.truth['type'] for entry in results])

    def sample_scores(self, results: list[Entry]) -> dict[str, np.ndarray]:
        """100 or 0 for each question, under the keys of its type."""
        correct = np.array([100.0 * (entry.prediction['answer'] == entry.truth['answer']) for entry in results])
        types = np.array([QUESTION_GROUPS[entry.truth['type']] for entry in results])
        modalities = np.array([key.rsplit('/', 1)[0] for key in types])
        members = {key: types == key for key in QUESTION_GROUPS.values()}
        members |= {f'{modality}/average': modalities == modality for modality in dict.fromkeys(modalities)}
        return {**{key: np.where(of_key, correct, np.nan) for key, of_key in members.items()}, 'overall': correct}
