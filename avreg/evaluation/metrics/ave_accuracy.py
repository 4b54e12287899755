"""AVEAccuracy: the metric of audio-visual event localization, fully or weakly supervised."""
from typing import Any

import numpy as np

from avreg.benchmarks import get_card
from avreg.registry import METRICS

from ..collection import Entry
from ..functional import ave_accuracy
from .av_metric import AVMetric


@METRICS.register_module()
class AVEAccuracy(AVMetric):
    """Share of seconds with the right class (:func:`avreg.evaluation.functional.ave_accuracy`).

    Reads ``pred_segments`` and ``gt_segments``, int[T] class indices.
    """

    benchmark = 'ave'

    def to_entry(self, sample: dict[str, Any]) -> Entry:
        """Two int16[T]."""
        seconds = (get_card(self.benchmark).num_segments,)
        return Entry(
            self.sample_id(sample),
            prediction={'segments': self.array(sample, 'pred_segments', seconds).astype(np.int16)},
            truth={'segments': self.array(sample, 'gt_segments', seconds).astype(np.int16)},
        )

    def compute_metrics(self, results: list[Entry]) -> dict[str, float]:
        """``accuracy`` in percent."""
        return ave_accuracy(
            np.stack([entry.prediction['segments'] for entry in results]),
            np.stack([entry.truth['segments'] for entry in results]),
        )

    def sample_scores(self, results: list[Entry]) -> dict[str, np.ndarray]:
        """Share of right seconds of each video."""
        return {'accuracy': np.array([100.0 * (entry.prediction['segments'] == entry.truth['segments']).mean() for entry in results])}
