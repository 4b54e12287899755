"""From a submission to a row of the board."""
from __future__ import annotations

import datetime
import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

import numpy as np

import avreg
from avreg.benchmarks import get_card
from avreg.evaluation.bootstrap import NUM_RESAMPLES, interval, resample_counts
from avreg.leaderboard.board import VERIFIED, Row
from avreg.leaderboard.coverage import coverage

from .evaluate import evaluate_submission

_SEED = 0
# Digits of the scores in each resample: an interval needs no more, and a row stays short.
_DIGITS = 4
_MASKS = 'masks'


def score_row(benchmark: str, annotations: str | os.PathLike, submission: str | os.PathLike, split: str = 'test', status: str = VERIFIED,
              skip_meteor: bool = False, progress: bool = False) -> Row:
    """Score ``submission`` for the board, with intervals by bootstrap over videos.

    Args:
        benchmark, annotations, submission, split, progress: as for :func:`avreg.apis.evaluate_submission`.
        status: 'verified', or 'baseline' for a prediction that looks at nothing.
        skip_meteor: leave METEOR out, which needs Java.

    Raises:
        SubmissionError, FileNotFoundError, ValueError: as :func:`avreg.apis.evaluate_submission`.
    """
    result = evaluate_submission(benchmark, annotations, submission, split, {'skip_meteor': True} if skip_meteor else None, progress)
    card, main = get_card(benchmark), get_card(benchmark).main_metric
    resampled = result.metric.resampled_scores(result.entries, resample_counts(result.videos, NUM_RESAMPLES, _SEED))
    intervals = {key: interval(values, result.scores[key]) for key, values in resampled.items() if np.isfinite(values).any()}
    meta = {key: value for key, value in result.meta.items() if key not in ('benchmark', 'split', 'method')}
    return Row(
        benchmark=benchmark, split=split, method=result.meta['method'], status=status, scores=result.scores, meta=meta,
        intervals={key: (max(low, 0.0), min(high, 100.0)) for key, (low, high) in intervals.items()},
        resampled={'metric': main, 'seed': _SEED, 'scores': [round(float(value), _DIGITS) for value in resampled[main]]},
        coverage=coverage([entry.sample_id for entry in result.entries], len(result.entries)), protocol=card.protocol,
        evaluator=f'avreg {avreg.__version__}', annotations=_annotation_hashes(Path(annotations), result.truth_files),
        submission=_hash_files(Path(submission), result.submission_files),
        date=datetime.date.today().isoformat())


def _annotation_hashes(root: Path, files: Iterable[Path]) -> dict[str, str]:
    """SHA-256 of each annotation file, by its path below ``root``; all masks together have one."""
    lists, masks = {}, []
    for path in dict.fromkeys(files):
        if path.suffix == '.png':
            masks.append(path)
        else:
            lists[path.relative_to(root).as_posix()] = hashlib.sha256(path.read_bytes()).hexdigest()
    return lists | ({_MASKS: _hash_files(root, masks)} if masks else {})


def _hash_files(root: Path, paths: Iterable[Path]) -> str:
    """SHA-256 over the paths below ``root`` and the contents of files, in the order of their paths."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(f'{path.relative_to(root).as_posix()}\n{path.stat().st_size}\n'.encode())
        with open(path, 'rb') as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()
