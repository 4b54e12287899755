"""UnAV100MAP: the metric of dense audio-visual event localization."""
from typing import Any

import numpy as np

from avreg.registry import METRICS

from ..collection import Entry
from ..functional import TimedEvents, distinct_events, unav100_resampled_scores, unav100_scores
from .av_metric import AVMetric


@METRICS.register_module()
class UnAV100MAP(AVMetric):
    """Mean average precision and the share of events found by duration (:func:`avreg.evaluation.functional.unav100_scores`).

    Reads ``pred_spans`` and ``gt_spans`` float[n, 2] (seconds), ``pred_span_labels`` and ``gt_span_labels`` int[n],
    ``pred_span_scores`` float[n], and ``sample_idx``, the place in the annotations, which decides between equal scores. Repeated true
    events count once.
    """

    benchmark = 'unav100'

    def to_entry(self, sample: dict[str, Any]) -> Entry:
        """The arrays as they are.

        Raises:
            ValueError: a field is missing, or predictions whose shapes are not [n, 2], [n] and [n].
        """
        prediction = {name: self.array(sample, f'pred_{name}') for name in ('spans', 'span_labels', 'span_scores')}
        truth = {name: self.array(sample, f'gt_{name}') for name in ('spans', 'span_labels')}
        n = len(prediction['spans'])
        if prediction['spans'].shape != (n, 2) or any(prediction[name].shape != (n, ) for name in ('span_labels', 'span_scores')):
            raise ValueError(f'sample {sample.get("sample_id")!r} of {self.benchmark} has pred_spans {list(prediction["spans"].shape)}, '
                             f'pred_span_labels {list(prediction["span_labels"].shape)} and pred_span_scores '
                             f'{list(prediction["span_scores"].shape)}; [n, 2], [n] and [n] are needed')
        if 'sample_idx' not in sample:
            raise ValueError(f'sample {sample.get("sample_id")!r} of {self.benchmark} has no sample_idx, its position in the annotations; '
                             'the packing transform must keep it as meta information')
        kept = distinct_events(truth['spans'], truth['span_labels'])
        truth = {name: value[kept] for name, value in truth.items()}
        return Entry(self.sample_id(sample), prediction, truth | {'sample_idx': int(sample['sample_idx'])})

    def compute_metrics(self, results: list[Entry]) -> dict[str, float]:
        """``map@0.1`` ... ``map_avg`` and ``precision/*`` in percent."""
        order = _order(results)
        return unav100_scores(*_both([results[i] for i in order]))

    def resampled_scores(self, results: list[Entry], counts: np.ndarray) -> dict[str, np.ndarray]:
        """All of them; events are matched once."""
        order = _order(results)
        return unav100_resampled_scores(*_both([results[i] for i in order]), counts[:, order])


def _order(results: list[Entry]) -> list[int]:
    """That of the annotations: among equal scores it decides."""
    return sorted(range(len(results)), key=lambda i: results[i].truth['sample_idx'])


def _both(results: list[Entry]) -> tuple[TimedEvents, TimedEvents]:
    return _events([entry.prediction for entry in results]), _events([entry.truth for entry in results])


def _events(videos: list[dict[str, np.ndarray]]) -> TimedEvents:
    """Those of all videos, one after the other."""
    spans = np.concatenate([video['spans'] for video in videos]).astype(np.float64)
    scores = np.concatenate([video['span_scores'] for video in videos]).astype(np.float64) if 'span_scores' in videos[0] else None
    return TimedEvents(np.repeat(np.arange(len(videos)), [len(video['spans']) for video in videos]),
                       np.concatenate([video['span_labels'] for video in videos]).astype(np.int64), spans[:, 0], spans[:, 1], scores)
