"""CIoU: the metric of sound source localization."""
from typing import Any

import numpy as np

from avreg.registry import METRICS

from ..collection import Entry
from ..functional import consensus_iou, vggss_clip_scores, vggss_iou, vggss_scores, vggss_trivial_ious, vggss_trivial_scores
from .av_metric import AVMetric

# How the truth is given -> the IoU with it.
_IOUS = {'gt_map': consensus_iou, 'gt_boxes': vggss_iou}


@METRICS.register_module()
class CIoU(AVMetric):
    """Consensus IoU and its AUC (:func:`avreg.evaluation.functional.vggss_scores`).

    Reads ``pred_heatmap`` float[h, w], any size and range, and the truth: ``gt_map`` float[224, 224] in 0..1 where a sample has it (the
    consensus of Flickr-SoundNet's annotators, :func:`~avreg.evaluation.functional.consensus_iou`), else ``gt_boxes`` float[n, 4] in 0..1.
    A clip is reduced to its IoU when it is processed.
    """

    benchmark = 'vggss'

    def to_entry(self, sample: dict[str, Any]) -> Entry:
        """The IoU, and those of the trivial rows; as truth the boxes, or of a map, which is too large to keep, its sum."""
        kind = 'gt_map' if 'gt_map' in sample else 'gt_boxes'
        heatmap, truth = self.array(sample, 'pred_heatmap'), self.array(sample, kind)
        with self.naming(sample):
            ious = dict(iou=_IOUS[kind](heatmap, truth), trivial=vggss_trivial_ious(truth, _IOUS[kind]))
        return Entry(self.sample_id(sample), prediction=ious, truth={kind: truth.copy() if kind == 'gt_boxes' else truth.sum()})

    def compute_metrics(self, results: list[Entry]) -> dict[str, float]:
        """``ciou`` and ``auc`` in percent."""
        return vggss_scores([entry.prediction['iou'] for entry in results])

    def sample_scores(self, results: list[Entry]) -> dict[str, np.ndarray]:
        """100 or 0, and the area, of each clip."""
        return vggss_clip_scores([entry.prediction['iou'] for entry in results])

    def trivial_scores(self, results: list[Entry]) -> dict[str, dict[str, float]]:
        """Whole image, centre box, all background."""
        return vggss_trivial_scores([entry.prediction['trivial'] for entry in results])
