"""Scoring a submission against a benchmark's own annotation files, without a model."""
from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from avreg.benchmarks import get_card
from avreg.errors import did_you_mean
from avreg.evaluation import AVMetric, Entry
from avreg.leaderboard import ArrayCodec, Problems, get_row_codec, read_array, scan_meta, scan_predictions
from avreg.leaderboard.write_submission import PREDICTIONS, array_path
from avreg.registry import DATASETS, METRICS


@dataclasses.dataclass(frozen=True)
class Protocol:
    """How submissions to a benchmark are scored: with the dataset and the metric of training.

    Args:
        dataset: config of the dataset that reads the annotations; media are not needed.
        metric: config of the metric.
        load_truth: transforms that read what is not in lists (masks).
    """

    dataset: Mapping[str, Any]
    metric: Mapping[str, Any]
    load_truth: tuple[Mapping[str, Any], ...] = ()


_PROTOCOLS: dict[str, Protocol] = {}


def register_protocol(benchmark: str, protocol: Protocol) -> None:
    """Make submissions to ``benchmark`` scorable. A plugin that adds a benchmark calls this.

    Raises:
        ValueError: the benchmark has another protocol already.
    """
    if _PROTOCOLS.get(benchmark, protocol) != protocol:
        raise ValueError(f'{benchmark!r} already has a protocol')
    _PROTOCOLS[benchmark] = protocol


def get_protocol(benchmark: str) -> Protocol:
    """How submissions to ``benchmark`` are scored.

    Raises:
        ValueError: no such benchmark.
    """
    if benchmark not in _PROTOCOLS:
        raise ValueError(f'{benchmark!r} is not a benchmark whose submissions can be scored{did_you_mean(benchmark, _PROTOCOLS)}')
    return _PROTOCOLS[benchmark]


def scorable_benchmarks() -> list[str]:
    """Benchmarks whose submissions can be scored, by name."""
    return sorted(_PROTOCOLS)


@dataclasses.dataclass(frozen=True)
class Evaluation:
    """A scored submission.

    Args:
        benchmark: name of the benchmark.
        split: that was scored.
        meta: ``meta.json`` of the submission.
        scores: the metrics, in percent, under the benchmark's own keys.
        asides: numbers that other authors report under the same names; for people, not for ``scores``.
        entries: what the metric kept of each sample, sorted by id.
        videos: the video of each entry.
        truth_files: annotation files that were read, masks too.
        submission_files: predictions that were read; not ``meta.json``.
        metric: that made the numbers; makes those of some of the entries, too.
    """

    benchmark: str
    split: str
    meta: dict[str, Any]
    scores: dict[str, float]
    asides: dict[str, float]
    entries: list[Entry]
    videos: list[str]
    truth_files: list[Path]
    submission_files: list[Path]
    metric: AVMetric


def evaluate_submission(benchmark: str, annotations: str | os.PathLike, submission: str | os.PathLike, split: str = 'test',
                        metric_options: Mapping[str, Any] | None = None, progress: bool = False) -> Evaluation:
    """Score ``submission``.

    Args:
        benchmark: name of the benchmark.
        annotations: folder of its own annotation files, under their own names.
        submission: the folder (:mod:`avreg.leaderboard`).
        split: to be scored; ``meta.json`` must say the same.
        metric_options: arguments of the metric, e.g. ``fscore_batch``.
        progress: show a bar.

    Raises:
        SubmissionError: anything wrong with the submission, all of it at once.
        FileNotFoundError, ValueError: with the annotations, or an unknown benchmark or split.
    """
    protocol = get_protocol(benchmark)
    if split not in get_card(benchmark).splits:
        raise ValueError(f'{split!r} is not a split of {benchmark}{did_you_mean(split, get_card(benchmark).splits)}')
    submission = Path(submission)
    if not submission.is_dir():
        raise FileNotFoundError(f'{submission} is not a folder; a submission is a folder with meta.json and predictions.jsonl')
    codec = get_row_codec(benchmark)
    metric = METRICS.build(dict(protocol.metric, benchmark=benchmark, **(metric_options or {})))
    dataset = DATASETS.build(dict(protocol.dataset, data_root=str(annotations), split=split, check_media=False,
                                  pipeline=[*protocol.load_truth, dict(type='PackAVInputs')]))
    infos = [dataset.get_data_info(i) for i in range(len(dataset))]
    ids = [info[codec.id_field] for info in infos]
    problems = Problems(submission)
    meta = scan_meta(submission, benchmark, problems, split)
    predictions = scan_predictions(submission, benchmark, ids, problems)
    for i in tqdm(range(len(ids)), desc=f'scoring {benchmark}', unit='sample', disable=not progress):
        if ids[i] in predictions:
            sample = dataset[i]['data_samples'].to_dict()
            try:
                fields = _fields(codec, predictions[ids[i]], submission, sample, ids[i])
            except (ValueError, FileNotFoundError) as problem:
                problems.add(problem)
                continue
            try:
                metric.process(None, [sample | fields])
            except ValueError as problem:
                problems.add(f'{submission / PREDICTIONS}: {problem}')
    problems.stop_if_any()
    video_of = {info['sample_id']: info['video_id'] for info in infos}
    masks = {Path(mask) for info in infos for mask in info.get('mask_paths', {}).values()}
    arrays = [array_path(submission, official_id) for official_id in dict.fromkeys(ids)] if isinstance(codec, ArrayCodec) else []
    entries = metric.collect()
    return Evaluation(benchmark, split, meta, metric.compute_metrics(entries), metric.asides(entries), entries,
                      [video_of[entry.sample_id] for entry in entries], [*dataset.annotation_files, *sorted(masks)],
                      [submission / PREDICTIONS, *arrays], metric)


def _fields(codec, row: dict[str, np.ndarray], submission: Path, sample: dict[str, Any], official_id: str | int) -> dict[str, np.ndarray]:
    """The fields that a head would have set."""
    fields = {field: row[name] for name, field in codec.fields.items() if name in row}
    if not isinstance(codec, ArrayCodec):
        return fields
    truth = sample.get('gt_masks')
    field = codec.fields[codec.array]
    if truth is None:
        return fields | {field: read_array(submission, codec.card.name, official_id)}
    array = read_array(submission, codec.card.name, official_id, max_bytes=8 * truth.numel())
    if array.shape != tuple(truth.shape):
        raise ValueError(f'{array_path(submission, official_id)} (id {official_id!r}): {codec.array!r} has the shape {list(array.shape)}, '
                         f'the annotations have {list(truth.shape)}')
    return fields | {field: array}


def _register() -> None:
    masks = (dict(type='LoadMasks'), )
    register_protocol('ave', Protocol(dict(type='AVE'), dict(type='AVEAccuracy')))
    register_protocol('llp', Protocol(dict(type='LLP'), dict(type='LLPFScores')))
    register_protocol('vggss', Protocol(dict(type='VGGSS', any_class=True), dict(type='CIoU')))
    register_protocol('avs_s4', Protocol(dict(type='AVSS4'), dict(type='AVSObject'), masks))
    register_protocol('avs_ms3', Protocol(dict(type='AVSMS3'), dict(type='AVSObject'), masks))
    register_protocol('avss', Protocol(dict(type='AVSSemantic'), dict(type='AVSSemantic'), masks))
    register_protocol('avqa', Protocol(dict(type='AVQA'), dict(type='AVQAAccuracy')))
    register_protocol('unav100', Protocol(dict(type='UnAV100'), dict(type='UnAV100MAP')))
    register_protocol('f_music', Protocol(dict(type='FMusic'), dict(type='MasksAndSentences'), masks))
    register_protocol('f_lifescene', Protocol(dict(type='FLifescene'), dict(type='MasksAndSentences'), masks))
    register_protocol('music_avqa', Protocol(dict(type='MusicAVQA'), dict(type='MusicAVQAAccuracy')))


_register()
