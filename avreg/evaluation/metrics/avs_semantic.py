"""AVSSemantic: the metric of semantic segmentation of sounding objects."""
from typing import Any

import numpy as np

from avreg.benchmarks.avss import SUBSETS
from avreg.errors import did_you_mean
from avreg.registry import METRICS

from ..collection import Entry
from ..functional import avss_resampled_scores, avss_scores, avss_statistics, avss_trivial_counts, avss_trivial_scores
from .av_metric import AVMetric


@METRICS.register_module()
class AVSSemantic(AVMetric):
    """mIoU and F-score of 71 classes (:func:`avreg.evaluation.functional.avss_scores`).

    Reads ``pred_labels`` and ``gt_masks``, uint8[T, H, W] class indices, and ``subset`` (``'v1s'``, ``'v1m'`` or
    ``'v2'``), which says how many frames a clip has; those that the official code adds are not in the sample. A clip is
    reduced to sums of 71 classes when it is processed.
    """

    benchmark = 'avss'

    def to_entry(self, sample: dict[str, Any]) -> Entry:
        """An :class:`AVSSStatistics`; pixels of the true classes as truth.

        Raises:
            ValueError: a field is missing, an unknown ``subset``, masks of another number of frames than it has, or see
                :func:`avreg.evaluation.functional.avss_statistics`.
        """
        labels, masks = self.array(sample, 'pred_labels'), self.array(sample, 'gt_masks')
        with self.naming(sample):
            subset = sample.get('subset')
            if subset not in SUBSETS:
                raise ValueError(f'its subset is {subset!r}{did_you_mean(str(subset), SUBSETS)}; the packing '
                                 'transform must keep it as meta information')
            if len(masks) != SUBSETS[subset]:
                raise ValueError(f'gt_masks has shape {list(masks.shape)}, but a clip of {subset} has '
                                 f'{SUBSETS[subset]} frames; frames added as padding must be left out')
            statistics, counts = avss_statistics(labels, masks), avss_trivial_counts(masks)
        return Entry(self.sample_id(sample), {'statistics': statistics, 'counts': counts}, truth={'sizes': statistics.truth_sizes})

    def compute_metrics(self, results: list[Entry]) -> dict[str, float]:
        """``miou`` and ``fscore`` in percent."""
        return avss_scores(entry.prediction['statistics'] for entry in results)

    def resampled_scores(self, results: list[Entry], counts: np.ndarray) -> dict[str, np.ndarray]:
        """``miou`` and ``fscore``, from sums over clips."""
        return avss_resampled_scores([entry.prediction['statistics'] for entry in results], counts)

    def trivial_scores(self, results: list[Entry]) -> dict[str, dict[str, float]]:
        """Whole image and centre box in the most frequent class, all background."""
        return avss_trivial_scores([entry.prediction['counts'] for entry in results])
