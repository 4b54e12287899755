"""Dense event localization (UnAV-100): mean average precision, and CCNet's share of events found by duration."""
from __future__ import annotations

from typing import NamedTuple

import numpy as np

# Double precision: the third and the seventh lie a hair above 0.3 and 0.7.
THRESHOLDS = np.linspace(0.1, 0.9, 9)
# Seconds, beyond the lower and up to the upper one.
DURATIONS = {'short': (0, 5), 'middle': (5, 20), 'long': (20, 60)}


class TimedEvents(NamedTuple):
    """N events of a split.

    Args:
        video: int64[N], number of the video in the annotations.
        label: int64[N], class.
        start, end: float64[N], seconds.
        score: float64[N]; None for true events.
    """

    video: np.ndarray
    label: np.ndarray
    start: np.ndarray
    end: np.ndarray
    score: np.ndarray | None = None


def distinct_events(segments: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Which events of a video are kept, bool[n]: of events of one label whose ends both agree within 1 ms the first one.

    Args:
        segments: float64[n, 2], start and end in seconds, in the order of the file.
        labels: int64[n].
    """
    near = (np.abs(segments[:, None] - segments[None]) <= 1e-3).all(2) & (labels[:, None] == labels[None])
    keep = np.ones(len(labels), bool)
    # One after the other: an event counts as seen only where it was kept itself.
    for i in range(1, len(labels)):
        keep[i] = not (near[i, :i] & keep[:i]).any()
    return keep


def unav100_scores(pred: TimedEvents, truth: TimedEvents) -> dict[str, float]:
    """All numbers of the benchmark.

    Average precision of a class: predictions of the split by descending score, each takes the best true event of its class and video
    that is still free and overlaps with tIoU >= threshold; area under precision, made non-increasing from the right, over recall. The
    mean is over the classes that the truth has.

    Args:
        pred: scored events. Of equal scores the later one comes first.
        truth: true events, without repetitions (:func:`distinct_events`).

    Returns:
        Percent: ``map@0.1`` ... ``map@0.9``, ``map_avg``, and ``precision/short``, ``precision/middle``, ``precision/long``: the share
        of true events of that duration that some prediction of their class overlaps with tIoU above 0.5.

    Raises:
        ValueError: no true event of one of the durations.
    """
    duration = truth.end - truth.start
    for name, (low, high) in DURATIONS.items():
        if not ((duration > low) & (duration <= high)).any():
            raise ValueError(f'precision/{name} is the share of events of {low} to {high} s that are found, and there is none')
    hits, best = _match(pred, truth)
    return _scores(_rank(pred, hits, truth), truth, best)


def unav100_resampled_scores(pred: TimedEvents, truth: TimedEvents, counts: np.ndarray) -> dict[str, np.ndarray]:
    """:func:`unav100_scores` had video n come ``counts[r, n]`` times, float64[R]; NaN where no event of a duration is left.

    Events are matched once: whoever comes twice finds the same ones twice. In the ranking the repetitions of a prediction stand
    together, and of precision made non-increasing only that behind the last of them counts.

    Args:
        pred, truth: as for :func:`unav100_scores`, ``video`` from 0.
        counts: int[R, N].
    """
    hits, best = _match(pred, truth)
    ranking = _rank(pred, hits, truth)
    scores = [_scores(ranking, truth, best, of_video) for of_video in counts.astype(np.float64)]
    return {key: np.array([score[key] for score in scores]) for key in scores[0]}


def _scores(ranking: _Ranking, truth: TimedEvents, best: np.ndarray, counts: np.ndarray | None = None) -> dict[str, float]:
    """All numbers from matched events; ``counts`` float64[videos]: how often each video comes, once unless given."""
    true_weight = np.ones(len(truth.label)) if counts is None else counts[truth.video]
    precision = _average_precision(ranking, np.bincount(truth.label, true_weight), counts)
    means = 100.0 * precision.mean(0) if len(precision) else np.full(len(THRESHOLDS), np.nan)
    scores = {f'map@{threshold:.1f}': float(mean) for threshold, mean in zip(THRESHOLDS, means)}
    scores['map_avg'] = float(means.mean())
    duration = truth.end - truth.start
    for name, (low, high) in DURATIONS.items():
        of_bin = true_weight * ((duration > low) & (duration <= high))
        scores[f'precision/{name}'] = float(100.0 * (of_bin @ (best > 0.5)) / of_bin.sum()) if of_bin.any() else float('nan')
    return scores


def _match(pred: TimedEvents, truth: TimedEvents) -> tuple[np.ndarray, np.ndarray]:
    """hits bool[P, 9]: true positives at each threshold; best float64[N]: largest tIoU of each true event with any prediction."""
    order = np.lexsort((-np.arange(len(pred.score)), -pred.score))
    num_labels = int(max(truth.label.max(initial=0), pred.label.max(initial=0))) + 1
    groups, row, column = _grid(truth.video * num_labels + truth.label)
    width = int(column.max(initial=0)) + 1
    start, end = np.full((2, len(groups), width), np.nan)
    start[row, column], end[row, column] = truth.start, truth.end

    # The n-th best prediction of each group (a class in a video) in one go: they cannot take each other's events.
    key = (pred.video * num_labels + pred.label)[order]
    place = np.minimum(np.searchsorted(groups, key), len(groups) - 1)
    order, place = (a[groups[place] == key] for a in (order, place))
    _, _, turn = _grid(place)
    by_turn = np.argsort(turn, kind='stable')
    bounds = np.searchsorted(turn[by_turn], np.arange(turn.max(initial=-1) + 2))
    hits = np.zeros((len(pred.score), len(THRESHOLDS)), bool)
    free = np.ones((len(groups), len(THRESHOLDS), width), bool)
    best = np.zeros((len(groups), width))
    for low, high in zip(bounds, bounds[1:]):
        who, group = order[by_turn[low:high]], place[by_turn[low:high]]
        overlap = _tiou(pred.start[who, None], pred.end[who, None], start[group], end[group])
        best[group] = np.fmax(best[group], overlap)
        candidates = np.where(free[group], overlap[:, None], -1.0)
        # Of equal overlaps the later event.
        taken = width - 1 - candidates[..., ::-1].argmax(2)
        hit = np.take_along_axis(candidates, taken[..., None], 2)[..., 0] >= THRESHOLDS
        hits[who] = hit
        n, k = np.nonzero(hit)
        free[group[n], k, taken[n, k]] = False
    return hits, best[row, column]


def _grid(key: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The distinct keys, sorted; for each entry the place of its key among them, and how many entries before it have the same."""
    keys, row, counts = np.unique(key, return_inverse=True, return_counts=True)
    order = np.argsort(row, kind='stable')
    column = np.empty(len(key), np.int64)
    column[order] = np.arange(len(key)) - np.repeat(np.cumsum(counts) - counts, counts)
    return keys, row, column


def _tiou(start: np.ndarray, end: np.ndarray, true_start: np.ndarray, true_end: np.ndarray) -> np.ndarray:
    """Intersection over union; -1 where there is no true event (NaN), 0 where both are empty."""
    both = np.maximum(np.minimum(end, true_end) - np.maximum(start, true_start), 0)
    either = (end - start) + (true_end - true_start) - both
    return np.where(np.isnan(true_start), -1.0, both / np.where(either > 0, either, 1.0))


class _Ranking(NamedTuple):
    """The P predictions of classes that the truth has, class by class, best first. Of those that are no true positive at any
    threshold only the place in the ranking counts: precision peaks at the H others.
    """

    video: np.ndarray
    """int64[P]."""
    start: np.ndarray
    """int64[H], where the class begins among the P."""
    place: np.ndarray
    """int64[H], own place among the P."""
    label: np.ndarray
    """int64[H]."""
    hits: np.ndarray
    """float64[H, 9], 1 for true positives."""


def _rank(pred: TimedEvents, hits: np.ndarray, truth: TimedEvents) -> _Ranking:
    known = np.flatnonzero(np.isin(pred.label, truth.label))
    order = known[np.lexsort((-known, -pred.score[known], pred.label[known]))]
    label, hits = pred.label[order], hits[order]
    place = np.flatnonzero(hits.any(1))
    return _Ranking(pred.video[order], np.searchsorted(label, label[place]), place, label[place], hits[place].astype(np.float64))


def _average_precision(ranking: _Ranking, num_true: np.ndarray, counts: np.ndarray | None) -> np.ndarray:
    """float64[classes with true events, 9].

    Args:
        ranking: of the predictions.
        num_true: float64[K], true events of each class.
        counts: float64[N], how often each video comes; None: once.
    """
    video, start, place, label, hits = ranking
    if counts is None:
        given = place - start + 1.0
    else:
        hits = hits * counts[video[place], None]
        running = np.concatenate([[0.0], counts[video].cumsum()])
        given = np.maximum(running[place + 1] - running[start], 1)
    starts = np.searchsorted(label, np.arange(len(num_true) + 1))
    found = _of_class(hits.cumsum(0), starts[label])
    # The largest from here to the end of the class, for all classes in one pass from the back: each class lies 2 above the one behind it.
    lift = 2.0 * (len(num_true) - label)[:, None]
    precision = np.maximum.accumulate((found / given[:, None] + lift)[::-1])[::-1] - lift
    # Classes lie one after the other: their sums are differences of one running sum.
    area = np.concatenate([np.zeros((1, hits.shape[1])), (precision * hits).cumsum(0)])
    there = num_true > 0
    return np.diff(area[starts], axis=0)[there] / num_true[there, None]


def _of_class(running: np.ndarray, start: np.ndarray) -> np.ndarray:
    """A running sum [H, ...] over all classes as one that begins anew with each class, whose first place is ``start`` int64[H]."""
    return running - np.concatenate([np.zeros((1, *running.shape[1:])), running])[start]
