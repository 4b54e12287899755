"""AVQAAccuracy: the metric of multiple-choice audio-visual question answering."""
from typing import Any

import numpy as np

from avreg.registry import METRICS

from ..collection import Entry
from ..functional import avqa_accuracy
from .av_metric import AVMetric


@METRICS.register_module()
class AVQAAccuracy(AVMetric):
    """Share of right choices (:func:`avreg.evaluation.functional.avqa_accuracy`).

    Reads ``pred_answer`` and ``gt_answer``, int[] places of the choice.
    """

    benchmark = 'avqa'

    def to_entry(self, sample: dict[str, Any]) -> Entry:
        """Two places."""
        return Entry(self.sample_id(sample), prediction={'answer': int(self.array(sample, 'pred_answer', ()))},
                     truth={'answer': int(self.array(sample, 'gt_answer', ()))})

    def compute_metrics(self, results: list[Entry]) -> dict[str, float]:
        """``overall`` in percent."""
        return avqa_accuracy(np.array([entry.prediction['answer'] == entry.truth['answer'] for entry in results], bool))

    def sample_scores(self, results: list[Entry]) -> dict[str, np.ndarray]:
        """100 or 0 for each question."""
        return {'overall': np.array([100.0 * (entry.prediction['answer'] == entry.truth['answer']) for entry in results])}
