"""AVSObject: the metric of segmentation of sounding objects without classes."""
from numbers import Integral
from typing import Any

import numpy as np

from avreg.errors import ConfigError
from avreg.registry import METRICS

from ..collection import Entry
from ..functional import avs_clip_scores, avs_scores, avs_statistics, avs_trivial_counts, avs_trivial_scores
from .av_metric import AVMetric


@METRICS.register_module()
class AVSObject(AVMetric):
    """mIoU and F-score (:func:`avreg.evaluation.functional.avs_scores`).

    Reads ``pred_prob`` and ``gt_masks``, float[T, H, W] in 0..1. A clip is reduced to 2 kB when it is processed.

    Args:
        benchmark: ``'avs_s4'`` or ``'avs_ms3'``, or another one that is scored like them.
        fscore_batch: clips that share a threshold. 1 is the official default; some published numbers are with 4. Above
            1, the samples need ``sample_idx``, as the clips of a batch are neighbours in the annotations.

    Raises:
        ConfigError: ``fscore_batch`` is not a whole number from 1.
    """

    def __init__(self, benchmark: str | None = None, fscore_batch: int = 1) -> None:
        super().__init__(benchmark)
        if not isinstance(fscore_batch, Integral) or fscore_batch < 1:
            raise ConfigError(f'AVSObject has fscore_batch={fscore_batch!r}; it is a number of clips: 1 as in the '
                              'official code, or more')
        self.fscore_batch = fscore_batch

    def to_entry(self, sample: dict[str, Any]) -> Entry:
        """An :class:`AVSStatistics`; sizes of the true masks and the place in the annotations as truth.

        Raises:
            ValueError: a field is missing, or see :func:`avreg.evaluation.functional.avs_statistics`.
        """
        prob, masks = self.array(sample, 'pred_prob'), self.array(sample, 'gt_masks')
        with self.naming(sample):
            statistics, counts = avs_statistics(prob, masks), avs_trivial_counts(masks)
        truth = {'sizes': statistics.truth_sizes}
        if self.fscore_batch > 1:
            if 'sample_idx' not in sample:
                raise ValueError(
                    f'sample {sample.get("sample_id")!r} of {self.benchmark} has no sample_idx, its position in the '
                    f'annotations, which fscore_batch={self.fscore_batch} needs; the packing transform must keep it '
                    'as meta information')
            truth['sample_idx'] = int(sample['sample_idx'])
        return Entry(self.sample_id(sample), prediction={'statistics': statistics, 'counts': counts}, truth=truth)

    def compute_metrics(self, results: list[Entry]) -> dict[str, float]:
        """``miou`` and ``fscore`` in percent.

        Raises:
            ValueError: two samples have one ``sample_idx``, so their order is not known.
        """
        return avs_scores((entry.prediction['statistics'] for entry in self._ordered(results)), self.fscore_batch)

    def sample_scores(self, results: list[Entry]) -> dict[str, np.ndarray]:
        """IoU of each clip and, where no two clips share a threshold, its F-score."""
        scores = avs_clip_scores(entry.prediction['statistics'] for entry in results)
        return scores if self.fscore_batch == 1 else {'miou': scores['miou']}

    def asides(self, results: list[Entry]) -> dict[str, float]:
        """The F-score with one threshold for all clips, so that it depends on no batch."""
        statistics = [entry.prediction['statistics'] for entry in results]
        return {'fscore, one threshold for all clips': avs_scores(statistics, len(statistics))['fscore']}

    def trivial_scores(self, results: list[Entry]) -> dict[str, dict[str, float]]:
        """Whole image, centre box, all background."""
        return avs_trivial_scores((entry.prediction['counts'] for entry in self._ordered(results)), self.fscore_batch)

    def _ordered(self, results: list[Entry]) -> list[Entry]:
        """In the order of the annotations, where that matters."""
        if self.fscore_batch > 1:
            results = sorted(results, key=lambda entry: entry.truth['sample_idx'])
            for one, other in zip(results, results[1:]):
                if one.truth['sample_idx'] == other.truth['sample_idx']:
                    raise ValueError(f'samples {one.sample_id!r} and {other.sample_id!r} of {self.benchmark} both have '
                                     f'sample_idx {one.truth["sample_idx"]}; it is the position in the annotations, '
                                     'different for every sample')
        return results
