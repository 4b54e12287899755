"""UnAV-100: dense localization of audio-visual events, read from the official file."""
from __future__ import annotations

import json
import math

import numpy as np

from avreg.registry import DATASETS

from .base import AVDataset
from .names import require_fields


@DATASETS.register_module()
class UnAV100(AVDataset):
    """UnAV-100 (Geng et al., CVPR 2023): untrimmed videos of 10 to 60 s, each with any number of overlapping events.

    Adds ``duration`` (seconds), ``gt_spans`` float64[n, 2] (start and end in seconds) and ``gt_span_labels`` int64[n], in the order of
    the file. A video without events is a sample too.

    Args:
        **kwargs: see :class:`AVDataset`.
    """

    benchmark = 'unav100'
    layout = 'annotations/unav100_annotations.json and the videos video/<id>.mp4'
    flexible_length = True
    default_media = dict(video=('video', 'videos'))

    def load_samples(self) -> list[dict]:
        """One dict a video of the split."""
        path = self.find_file(*([self.ann_file] if self.ann_file else ['annotations/unav100_annotations.json', 'unav100_annotations.json']))
        try:
            database = json.loads(path.read_text(encoding='utf-8'))['database']
        except (ValueError, KeyError, TypeError) as problem:
            raise ValueError(f'{path}: expected JSON with the key "database": {problem!r}') from problem
        samples = []
        for video_id, video in database.items():
            where = f'{path} (id {video_id})'
            require_fields(video, ('subset', 'duration', 'annotations'), where, 'a video has subset, duration and annotations')
            if video['subset'].lower() == self.split:
                spans, labels = self._events(video['annotations'], where)
                samples.append(dict(sample_id=video_id, video_id=video_id, duration=float(video['duration']), gt_spans=spans,
                                    gt_span_labels=labels))
        return samples

    def _events(self, annotations: list[dict], where: str) -> tuple[np.ndarray, np.ndarray]:
        """Ends and classes of the events of a video.

        Raises:
            ValueError: an event without a segment of two finite numbers in order, or with an unknown label.
        """
        spans = np.empty((len(annotations), 2))
        labels = np.empty(len(annotations), np.int64)
        for i, event in enumerate(annotations):
            try:
                start, end = map(float, event['segment'])
                label = event['label']
            except (KeyError, TypeError, ValueError) as problem:
                raise ValueError(f'{where}, event {i}: {event!r} is not {{"segment": [start, end], "label": ...}}') from problem
            if not (math.isfinite(start) and math.isfinite(end) and start <= end):
                raise ValueError(f'{where}, event {i}: {start} to {end} is not an interval')
            spans[i], labels[i] = (start, end), self.card.label_index(label, f'{where}, event {i}')
        return spans, labels
