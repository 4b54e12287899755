"""LLPFScores: the metric of audio-visual video parsing."""
from typing import Any

import numpy as np

from avreg.benchmarks import get_card
from avreg.registry import METRICS

from ..collection import Entry
from ..functional import llp_f_scores, llp_video_f_scores
from .av_metric import AVMetric


@METRICS.register_module()
class LLPFScores(AVMetric):
    """Segment and event F-scores (:func:`avreg.evaluation.functional.llp_f_scores`).

    Reads ``pred_audio``, ``pred_visual``, ``gt_audio`` and ``gt_visual``, each [T, K] of zeros and ones.
    """

    benchmark = 'llp'

    def to_entry(self, sample: dict[str, Any]) -> Entry:
        """Four bool[T, K]."""
        return Entry(
            self.sample_id(sample),
            prediction={name: self._binary(sample, f'pred_{name}') for name in ('audio', 'visual')},
            truth={name: self._binary(sample, f'gt_{name}') for name in ('audio', 'visual')},
        )

    def compute_metrics(self, results: list[Entry]) -> dict[str, float]:
        """The ten F-scores in percent."""
        return llp_f_scores(*self._matrices(results))

    def sample_scores(self, results: list[Entry]) -> dict[str, np.ndarray]:
        """The F-scores of each video."""
        return llp_video_f_scores(*self._matrices(results))

    @staticmethod
    def _matrices(results: list[Entry]) -> list[np.ndarray]:
        """pred_audio, pred_visual, gt_audio, gt_visual bool[N, T, K]."""
        return [np.stack([fields(entry)[name] for entry in results])
                for fields in (lambda entry: entry.prediction, lambda entry: entry.truth) for name in ('audio', 'visual')]

    def _binary(self, sample: dict[str, Any], field: str) -> np.ndarray:
        card = get_card(self.benchmark)
        value = self.array(sample, field, (card.num_segments, len(card.labels)))
        binary = value == 1
        if not np.array_equal(binary, value):
            raise ValueError(f'{field} of sample {sample["sample_id"]!r} of {self.benchmark} holds values other than '
                             f'0 and 1 (from {value.min()} to {value.max()}); the head thresholds, the metric does not')
        return binary
