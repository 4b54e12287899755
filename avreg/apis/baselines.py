"""Predictions that look at nothing, as submissions: what every method on a board must beat."""
from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
from tqdm import tqdm

from avreg.benchmarks import get_card
from avreg.benchmarks.ave import BACKGROUND
from avreg.datasets import AVDataset
from avreg.errors import did_you_mean
from avreg.evaluation.functional.trivial import trivial_masks
from avreg.leaderboard import ArrayCodec, SubmissionWriter, get_row_codec
from avreg.registry import DATASETS

from .evaluate import get_protocol

# What a baseline predicts -> how.
KINDS = {
    'prior': 'the most frequent answer or class of the training annotations',
    'silence': 'nothing: background in every second and pixel, no event',
    'whole_image': 'the whole frame sounds',
    'centre_box': 'a box in the middle sounds, half as wide and high as the frame',
}
_ROWS = {'whole_image': 'whole image', 'centre_box': 'centre box', 'silence': 'all background'}
# Side of a heat map; the metric scales it.
_MAP_SIZE = 224
Fields = dict[str, np.ndarray]


def write_baseline(benchmark: str, kind: str, annotations: str | os.PathLike, out: str | os.PathLike, split: str = 'test',
                   progress: bool = False) -> Path:
    """Write a submission that knows the training annotations at most, and give its folder.

    Args:
        benchmark: name of the benchmark.
        kind: one of :data:`KINDS`.
        annotations: folder of the benchmark's own annotation files.
        out: the submission.
        split: that it is to.
        progress: show a bar.

    Raises:
        FileNotFoundError, ValueError: with the annotations; an unknown benchmark or split; a kind that the benchmark does not have;
            a folder that holds something.
    """
    makers = _MAKERS.get(benchmark, {})
    if kind not in makers:
        raise ValueError(f'{benchmark!r} has no baseline {kind!r}{did_you_mean(kind, makers)}')
    if Path(out).is_dir() and any(Path(out).iterdir()):
        raise ValueError(f'{out} is not empty; a baseline goes to a folder of its own')
    protocol, codec = get_protocol(benchmark), get_row_codec(benchmark)

    def dataset(of_split: str, load: tuple) -> AVDataset:
        return DATASETS.build(dict(protocol.dataset, data_root=str(annotations), split=of_split, check_media=False,
                                   pipeline=[*load, dict(type='PackAVInputs')]))

    scored = dataset(split, protocol.load_truth if isinstance(codec, ArrayCodec) else ())
    predict = makers[kind](dataset('train', ()) if kind in _LEARNED.get(benchmark, ()) else None, kind)
    writer = SubmissionWriter(out, benchmark, split, dict(method=kind.replace('_', ' '), settings=KINDS[kind]))
    rows: dict[str | int, Fields] = {}
    for i in tqdm(range(len(scored)), desc=f'{kind} of {benchmark}', unit='sample', disable=not progress):
        info = scored.get_data_info(i)
        truth = scored[i]['data_samples'].to_dict().get('gt_masks') if isinstance(codec, ArrayCodec) else None
        fields = predict(info, None if truth is None else tuple(truth.shape))
        sample_id = info[codec.id_field]
        if isinstance(codec, ArrayCodec):
            writer.write_array(sample_id, fields.pop(codec.array))
        rows[sample_id] = fields
    return writer.write(rows)


Predict = Callable[[dict, tuple[int, ...] | None], Fields]


def _most_frequent(values) -> object:
    """Of equally frequent ones the first in order."""
    counts = Counter(values)
    return min(counts, key=lambda value: (-counts[value], value))


def _ave(train: AVDataset | None, kind: str) -> Predict:
    card = get_card('ave')
    label = card.labels.index(BACKGROUND)
    if train is not None:
        seconds = np.concatenate([train.get_data_info(i)['gt_segments'] for i in range(len(train))])
        label = _most_frequent(seconds[seconds != label].tolist())
    return lambda info, shape: {'segments': np.full(card.num_segments, label)}


def _llp(train: AVDataset | None, kind: str) -> Predict:
    card = get_card('llp')
    matrix = np.zeros((card.num_segments, len(card.labels)), bool)
    if train is not None:
        matrix[:, np.argmax(sum(np.asarray(train.get_data_info(i)['gt_video'], np.int64) for i in range(len(train))))] = True
    return lambda info, shape: {'audio': matrix, 'visual': matrix}


def _unav100(train: AVDataset | None, kind: str) -> Predict:
    labels = np.zeros(0, np.int64)
    scores = np.zeros(0)
    if train is not None:
        # Every class over the whole video, as likely as it is.
        counts = np.bincount(np.concatenate([train.get_data_info(i)['gt_span_labels'] for i in range(len(train))]),
                             minlength=len(get_card('unav100').labels))
        labels, scores = np.flatnonzero(counts), counts[counts > 0] / counts.sum()
    return lambda info, shape: {'spans': np.tile([0.0, info['duration']], (len(labels), 1)), 'labels': labels, 'scores': scores}


def _music_avqa(train: AVDataset, kind: str) -> Predict:
    by_template: dict[str, list[str]] = {}
    for i in range(len(train)):
        info = train.get_data_info(i)
        by_template.setdefault(info['template'], []).append(info['answer'])
    card, overall = get_card('music_avqa'), _most_frequent(answer for answers in by_template.values() for answer in answers)
    guess = {template: card.labels.index(_most_frequent(answers)) for template, answers in by_template.items()}
    return lambda info, shape: {'answer': np.array(guess.get(info['template'], card.labels.index(overall)))}


def _avqa(train: AVDataset, kind: str) -> Predict:
    place = _most_frequent(int(train.get_data_info(i)['answer']) for i in range(len(train)))
    return lambda info, shape: {'answer': np.array(place)}


def _vggss(train: AVDataset | None, kind: str) -> Predict:
    # Background is -1: a map that is constantly below zero predicts nothing, one that is constantly above it everything.
    heatmap = np.where(trivial_masks(_MAP_SIZE, _MAP_SIZE)[_ROWS[kind]], 1.0, -1.0).astype(np.float32)
    return lambda info, shape: {'heatmap': heatmap}


def _masks(train: AVDataset | None, kind: str) -> Predict:
    return lambda info, shape: {'prob': np.broadcast_to(trivial_masks(*shape[1:])[_ROWS[kind]], shape).astype(np.float16)}


def _class_masks(train: AVDataset | None, kind: str) -> Predict:
    return lambda info, shape: {'labels': np.zeros(shape, np.uint8)}


def _masks_and_sentences(train: AVDataset, kind: str) -> Predict:
    sentence = _most_frequent(text for i in range(len(train)) for text in train.get_data_info(i)['descriptions'])
    masks = _masks(None, kind)
    return lambda info, shape: {**masks(info, shape), 'descriptions': np.array([sentence] * shape[0], object)}


_PLACES = ('whole_image', 'centre_box', 'silence')
_MAKERS: dict[str, dict[str, Callable[[AVDataset | None, str], Predict]]] = {
    'ave': dict.fromkeys(('prior', 'silence'), _ave),
    'llp': dict.fromkeys(('prior', 'silence'), _llp),
    'unav100': dict.fromkeys(('prior', 'silence'), _unav100),
    'music_avqa': {'prior': _music_avqa},
    'avqa': {'prior': _avqa},
    'vggss': dict.fromkeys(_PLACES, _vggss),
    'avs_s4': dict.fromkeys(_PLACES, _masks),
    'avs_ms3': dict.fromkeys(_PLACES, _masks),
    'avss': {'silence': _class_masks},
    'f_music': dict.fromkeys(_PLACES, _masks_and_sentences),
    'f_lifescene': dict.fromkeys(_PLACES, _masks_and_sentences),
}
# Those that read the training annotations.
_LEARNED = dict.fromkeys(('ave', 'llp', 'unav100', 'music_avqa', 'avqa'), ('prior', )) | dict.fromkeys(('f_music', 'f_lifescene'), _PLACES)
