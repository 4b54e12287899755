"""Two submissions to one benchmark, side by side."""
from __future__ import annotations

import dataclasses

import numpy as np

from avreg.benchmarks import get_card
from avreg.evaluation.bootstrap import interval, p_value, resample_counts

from .evaluate import Evaluation


@dataclasses.dataclass(frozen=True)
class Difference:
    """B minus A in one score.

    Args:
        a, b: the scores in percent.
        low, high: 95 % interval of b - a by paired bootstrap over videos; NaN where the score cannot be resampled (METEOR).
        p: two-sided, of "no difference"; NaN likewise.
    """

    a: float
    b: float
    low: float
    high: float
    p: float


@dataclasses.dataclass(frozen=True)
class Comparison:
    """Two submissions to one split.

    Args:
        differences: key of the score -> difference.
        flips: sample id -> (own score in A, own score in B) of the samples where the main metric differs, the largest gain of B first.
    """

    differences: dict[str, Difference]
    flips: dict[str | int, tuple[float, float]]


def compare(a: Evaluation, b: Evaluation) -> Comparison:
    """Compare two scored submissions, sample by sample.

    Raises:
        ValueError: different benchmarks, splits or samples.
    """
    if (a.benchmark, a.split) != (b.benchmark, b.split) or [e.sample_id for e in a.entries] != [e.sample_id for e in b.entries]:
        raise ValueError(f'submissions to one split can be compared, these are to {a.benchmark} {a.split} and {b.benchmark} {b.split}')
    counts = resample_counts(a.videos)
    of_a, of_b = (side.metric.resampled_scores(side.entries, counts) for side in (a, b))
    differences = {}
    for key in a.scores:
        gap = of_b[key] - of_a[key] if key in of_a else np.full(len(counts), np.nan)
        known = np.isfinite(gap).any()
        found = b.scores[key] - a.scores[key]
        low, high = interval(gap, found) if known else (float('nan'), float('nan'))
        differences[key] = Difference(a.scores[key], b.scores[key], low, high, p_value(gap, found) if known else float('nan'))
    own_a, own_b = _own_scores(a), _own_scores(b)
    # NaN: a sample that is not scored by itself.
    gains = np.nan_to_num(own_b - own_a)
    order = [i for i in np.argsort(-gains, kind='stable') if gains[i]]
    return Comparison(differences, {a.entries[i].sample_id: (float(own_a[i]), float(own_b[i])) for i in order})


def _own_scores(result: Evaluation) -> np.ndarray:
    """The main metric of each sample alone, float64[N]. Where the metric is no mean over samples: had each been the whole split."""
    main = get_card(result.benchmark).main_metric
    values = result.metric.sample_scores(result.entries)
    if main in values:
        return values[main]
    return result.metric.resampled_scores(result.entries, np.eye(len(result.entries), dtype=np.int64))[main]
