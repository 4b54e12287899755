"""UnAV-100: dense localization of audio-visual events, read from the official file."""
from __future__ import annotations

import json
import math
import os
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from avreg.registry import DATASETS

from .base import AVDataset, check_choice
from .names import require_fields


class FeatureFiles(NamedTuple):
    """The files of a video that one pair of encoders made.

    Args:
        visual: what their names have behind the id; several are put side by side.
        audio: the same of the sound.
    """

    visual: tuple[str, ...]
    audio: str


FEATURES = {
    'i3d_vggish': FeatureFiles(('_rgb', '_flow'), '_vggish'),
    'clip_vggish': FeatureFiles(('_clip', ), '_vggish'),
    'one_peace': FeatureFiles(('_one_peace_video_finetune', ), '_one_peace_audio'),
}


@DATASETS.register_module()
class UnAV100(AVDataset):
    """UnAV-100 (Geng et al., CVPR 2023): untrimmed videos of 10 to 60 s, each with any number of overlapping events.

    Adds ``duration`` (seconds), ``gt_spans`` float64[n, 2] (start and end in seconds) and ``gt_span_labels`` int64[n], in the order of
    the file. A video without events is a sample too.

    A video is its media, or the features that published encoders made of it, ``av_features/<id>_<...>.npy``: then samples hold
    ``feature_paths``, which LoadFeatures(whole=True) reads: their steps are not seconds.

    Args:
        features: None for media; 'i3d_vggish' (``_rgb``, ``_flow``; ``_vggish``), 'one_peace' (``_one_peace_video_finetune``;
            ``_one_peace_audio``), or 'clip_vggish', what tools/extract_features.py makes of the videos (``_clip``; ``_vggish``).
        **kwargs: see :class:`AVDataset`; ``media_prefix`` also knows ``features``, the folder of these files.

    Raises:
        ConfigError: unknown ``features``.
    """

    benchmark = 'unav100'
    layout = 'annotations/unav100_annotations.json and the videos video/<id>.mp4, or the features av_features/<id>_<encoder>.npy'
    flexible_length = True
    default_media = dict(video=('video', 'videos'), features=('av_features', 'features'))
    suffixes = dict(AVDataset.suffixes, features=('.npy', ))

    def __init__(self, data_root: str, split: str = 'train', pipeline: Sequence[dict] = (), features: str | None = None, **kwargs):
        self.feature_files = None if features is None else FEATURES[check_choice('UnAV100.features', features, tuple(FEATURES))]
        super().__init__(data_root, split, pipeline, **kwargs)

    def set_paths(self, samples: list[dict]) -> dict[str, str]:
        """See the base class. With ``features`` the paths of their files, and in the place of the media the first of each."""
        if self.feature_files is None:
            return super().set_paths(samples)
        found = self._list_media('features') if self.check_media else {}
        folder, missing = self._default_folder('features'), {}
        files = {'visual' if len(self.feature_files.visual) == 1 else f'visual{name}': name for name in self.feature_files.visual}
        self.set_passports({kind: (folder, name) for kind, name in {**files, 'audio': self.feature_files.audio}.items()})

        def path(video_id: str, name: str) -> str:
            file = found.get(video_id + name, os.path.join(folder, f'{video_id}{name}.npy'))
            if self.check_media and video_id + name not in found:
                missing.setdefault(video_id, file)
            return file

        for sample in samples:
            visual = [path(sample['video_id'], name) for name in self.feature_files.visual]
            audio = path(sample['video_id'], self.feature_files.audio)
            sample.update(feature_paths=dict(visual=visual, audio=audio), video_path=visual[0], audio_path=audio)
        return missing

    def load_samples(self) -> list[dict]:
        """One dict a video of the split.

        Raises:
            FileNotFoundError: see :meth:`find_file`.
            ValueError: not JSON with a "database", a video that lacks a field, or a malformed event.
        """
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
