"""Bootstrap over videos: how far a score would move had other videos of the same kind been drawn."""
from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np

NUM_RESAMPLES = 1000


def resample_counts(videos: Sequence[Hashable], num_resamples: int = NUM_RESAMPLES, seed: int = 0) -> np.ndarray:
    """How often each of N samples occurs in each of R resamples of their videos, int64[R, N].

    A resample draws as many videos as there are, with replacement; all samples of a video come with it. The draw depends on
    ``seed`` and the names of the videos alone, not on their order: two submissions to one split meet the same resamples.

    Args:
        videos: the video of each sample.
        num_resamples: R.
        seed: of the draw.

    Raises:
        ValueError: no sample.
    """
    if not len(videos):
        raise ValueError('a bootstrap needs at least one sample')
    names = sorted(set(videos), key=str)
    place = {name: i for i, name in enumerate(names)}
    # RandomState: its stream is the same in every version of NumPy, what Generator.integers gives may change.
    drawn = np.random.RandomState(seed).randint(len(names), size=(num_resamples, len(names)))
    drawn += len(names) * np.arange(num_resamples)[:, None]
    counts = np.bincount(drawn.ravel(), minlength=num_resamples * len(names)).reshape(num_resamples, len(names))
    return counts[:, [place[video] for video in videos]]


def centred(resampled: np.ndarray, score: float) -> np.ndarray:
    """float[R] resampled values without NaN, moved so that their mean is ``score``, the value of the split itself.

    A video that comes twice is not a new one: average precision gains by it, a mean over classes loses those that do not come at
    all. What is wanted of the resamples is how much they differ, not where they lie.
    """
    resampled = resampled[np.isfinite(resampled)]
    return resampled + (score - resampled.mean())


def interval(resampled: np.ndarray, score: float, level: float = 0.95) -> tuple[float, float]:
    """The middle ``level`` of float[R] resampled values around ``score``, which is never outside."""
    tail = 50 * (1 - level)
    low, high = np.percentile(centred(resampled, score), [tail, 100 - tail])
    return min(float(low), score), max(float(high), score)


def p_value(resampled: np.ndarray, difference: float) -> float:
    """Two-sided p-value of "no difference" from float[R] resampled differences: twice the share beyond zero on the rarer side, never
    below 2 / (R + 1).
    """
    differences = centred(resampled, difference)
    rarer = min((differences <= 0).sum(), (differences >= 0).sum())
    return float(min(1.0, 2 * (rarer + 1) / (len(differences) + 1)))


def weighted_means(values: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Means of float[N] ``values`` (NaN takes no part) in the resamples ``counts`` int[R, N]: float64[R], NaN where none takes part."""
    takes_part = np.isfinite(values)
    total = counts @ np.where(takes_part, values, 0.0)
    number = counts @ takes_part.astype(np.float64)
    return np.divide(total, number, out=np.full(len(counts), np.nan), where=number > 0)
