"""CIoU: the metric of sound source localization."""
from typing import Any

import numpy as np

from avreg.registry import METRICS

from ..collection import Entry
from ..functional import vggss_clip_scores, vggss_iou, vggss_scores, vggss_trivial_scores
from .av_metric import AVMetric


@METRICS.register_module()
class CIoU(AVMetric):
    """Consensus IoU and its AUC (:func:`avreg.evaluation.functional.vggss_scores`).

    Reads ``pred_heatmap`` float[h, w], any size and range, and ``gt_boxes`` float[n, 4] in 0..1. A clip is reduced to
    its IoU when it is processed.
    """

    benchmark = 'vggss'

    def to_entry(self, sample: dict[str, Any]) -> Entry:
        """One IoU; the boxes as truth."""
        heatmap, boxes = self.array(sample, 'pred_heatmap'), self.array(sample, 'gt_boxes')
        with self.naming(sample):
            iou = vggss_iou(heatmap, boxes)
        return Entry(self.sample_id(sample), prediction={'iou': iou}, truth={'boxes': boxes.copy()})

    def compute_metrics(self, results: list[Entry]) -> dict[str, float]:
        """``ciou`` and ``auc`` in percent."""
        return vggss_scores([entry.prediction['iou'] for entry in results])

    def sample_scores(self, results: list[Entry]) -> dict[str, np.ndarray]:
        """100 or 0, and the area, of each clip."""
        return vggss_clip_scores([entry.prediction['iou'] for entry in results])

    def trivial_scores(self, results: list[Entry]) -> dict[str, dict[str, float]]:
        """Whole image, centre box, all background."""
        return vggss_trivial_scores(entry.truth['boxes'] for entry in results)
