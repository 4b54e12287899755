"""Row: one line of the board."""
from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Any

from avreg.benchmarks import get_card
from avreg.errors import did_you_mean

VERIFIED, BASELINE, REPORTED = 'verified', 'baseline', 'reported'
# What a scored row carries beside the scores, and of which type.
_SCORED = {'intervals': dict, 'resampled': dict, 'coverage': dict, 'protocol': str, 'evaluator': str, 'annotations': dict,
           'submission': str, 'date': str}


@dataclasses.dataclass(frozen=True)
class Row:
    """A method's numbers on one split of one benchmark.

    Args:
        benchmark: name of the benchmark.
        split: that was scored.
        method: name.
        status: 'verified': scored here from predictions; 'baseline': the same, of a prediction that looks at nothing; 'reported': as a
            paper prints it.
        scores: key of the metric -> percent.
        meta: free fields of the submission (paper, code, params, ...), or ``source`` (paper and table), ``settings`` and ``notes`` of
            a reported row.
        intervals: key -> (low, high), 95 % by bootstrap over videos. This and all that follows is empty in reported rows.
        resampled: ``metric`` (the main one), ``seed`` and ``scores``: that metric in each resample. The resamples of a split are the
            same for all rows: their differences are a paired bootstrap.
        coverage: ``scored`` and ``of``: samples; ``ids``: their hash (:func:`avreg.leaderboard.coverage.coverage_hash`).
        protocol: of the benchmark when it was scored.
        evaluator: name and version of the program.
        annotations: annotation file -> SHA-256.
        submission: SHA-256 over the submission.
        date: of scoring, YYYY-MM-DD.
    """

    benchmark: str
    split: str
    method: str
    status: str
    scores: Mapping[str, float]
    meta: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    intervals: Mapping[str, tuple[float, float]] = dataclasses.field(default_factory=dict)
    resampled: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    coverage: Mapping[str, int | str] = dataclasses.field(default_factory=dict)
    protocol: str = ''
    evaluator: str = ''
    annotations: Mapping[str, str] = dataclasses.field(default_factory=dict)
    submission: str = ''
    date: str = ''

    @property
    def main_score(self) -> float | None:
        """Of the benchmark's main metric; None where a paper does not say it."""
        return self.scores.get(get_card(self.benchmark).main_metric)

    def to_json(self) -> dict[str, Any]:
        """As it stands in a file; empty fields are left out."""
        return {name: value for name, value in dataclasses.asdict(self).items() if value not in ('', {})}

    @classmethod
    def from_json(cls, value: Any, where: str) -> Row:
        """The row of an object in a file.

        Raises:
            ValueError: something is missing, of a wrong type, not a number, or out of range; names ``where``.
        """
        if not isinstance(value, dict):
            raise ValueError(f'{where}: a row is an object, got {type(value).__name__}')
        fields = {field.name for field in dataclasses.fields(cls)}
        for name in value:
            if name not in fields:
                raise ValueError(f'{where}: a row has no field {name!r}{did_you_mean(name, fields)}')
        for name in ('benchmark', 'split', 'method', 'status'):
            if not isinstance(value.get(name), str) or not value[name]:
                raise ValueError(f'{where}: {name!r} is {value.get(name)!r}, a text is needed')
        try:
            card = get_card(value['benchmark'])
        except ValueError as problem:
            raise ValueError(f'{where}: {problem}') from problem
        if value['split'] not in card.splits:
            raise ValueError(f"{where}: {value['split']!r} is not a split of {card.name}{did_you_mean(value['split'], card.splits)}")
        if value['status'] not in (VERIFIED, BASELINE, REPORTED):
            raise ValueError(f"{where}: 'status' is {value['status']!r}{did_you_mean(value['status'], (VERIFIED, BASELINE, REPORTED))}")
        if not isinstance(value.get('meta', {}), dict):
            raise ValueError(f"{where}: 'meta' must be an object")
        _check_scores(value.get('scores'), f"{where}, 'scores'")
        if value['status'] == REPORTED:
            _check_source(value, where)
        else:
            _check_scored(value, card.main_metric, where)
        return cls(**{**value, 'intervals': {key: tuple(ends) for key, ends in value.get('intervals', {}).items()}})


def _check_scores(scores: Any, where: str) -> None:
    if not isinstance(scores, dict) or not scores:
        raise ValueError(f'{where}: an object of numbers is needed')
    for key, score in scores.items():
        if not _is_percentage(score):
            raise ValueError(f'{where}: {key!r} is {score!r}, a percentage from 0 to 100 is needed')


def _check_source(value: dict[str, Any], where: str) -> None:
    source = value.get('meta', {}).get('source')
    if not isinstance(source, dict) or not source.get('paper') or not source.get('table'):
        raise ValueError(f"{where}: a reported row says its source, 'paper' and 'table', in 'meta'")
    for name in _SCORED:
        if value.get(name):
            raise ValueError(f'{where}: a reported row has no {name!r}; only rows that were scored here have')


def _check_scored(value: dict[str, Any], main_metric: str, where: str) -> None:
    for name, kind in _SCORED.items():
        if not isinstance(value.get(name), kind) or not value[name]:
            raise ValueError(f'{where}: {name!r} is {value.get(name)!r}; a row that was scored here carries it')
    if main_metric not in value['scores']:
        raise ValueError(f"{where}, 'scores': {main_metric!r}, the main metric, is missing")
    for key, ends in value['intervals'].items():
        plain = isinstance(ends, (list, tuple)) and len(ends) == 2 and all(map(_is_percentage, ends))
        if not plain or key not in value['scores'] or not ends[0] <= value['scores'][key] <= ends[1]:
            raise ValueError(f"{where}, 'intervals': {key!r} is {str(ends)[:80]}; [low, high] around a score is needed")
    resampled, found = value['resampled'], value['resampled'].get('scores')
    if (resampled.get('metric') != main_metric or type(resampled.get('seed')) is not int or not isinstance(found, list) or len(found) < 2
            or not all(map(_is_percentage, found))):
        raise ValueError(f"{where}, 'resampled': 'metric' must be {main_metric!r}, 'seed' a whole number and 'scores' percentages, the "
                         'values of that metric in the resamples')
    coverage = value['coverage']
    if not (type(coverage.get('scored')) is type(coverage.get('of')) is int and 0 < coverage['scored'] <= coverage['of']):
        raise ValueError(f"{where}, 'coverage': {coverage!r}; 'scored' samples 'of' how many are needed")
    if not re.fullmatch('[0-9a-f]{64}', str(coverage.get('ids'))):
        raise ValueError(f"{where}, 'coverage': 'ids' is {coverage.get('ids')!r}; the SHA-256 over the samples' ids is needed")


def _is_percentage(value: Any) -> bool:
    """A plain number from 0 to 100, which NaN is not."""
    return type(value) in (int, float) and 0 <= value <= 100
