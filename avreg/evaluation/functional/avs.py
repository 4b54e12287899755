"""Segmentation of sounding objects (AVSBench-object: avs_s4, avs_ms3): mIoU and F-score.

A clip is reduced to :class:`AVSStatistics` when it is predicted, the scores come from those: masks are never kept.
"""
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

NUM_THRESHOLDS = 255
_LAST = np.float32(NUM_THRESHOLDS - 1)  # threshold k is float32(k / 254)
# Bins between neighbouring edges. Edges: the thresholds of the F-score, and "above 0.5" of the mIoU behind k = 127.
_NUM_BINS = NUM_THRESHOLDS + 1
_ABOVE_HALF = 128


class AVSStatistics(NamedTuple):
    """What the scores need of one clip; 2 kB, whatever the size of its masks."""

    iou: float
    """Mean over the frames of the clip, 0..1."""
    f_scores: np.ndarray
    """float64[255], F at each threshold, summed over the frames that have truth."""
    num_frames: int
    """Frames that have truth."""
    truth_sizes: np.ndarray
    """float64[T], true pixels of each frame (soft ones count their value)."""


def avs_statistics(prob: np.ndarray, truth: np.ndarray) -> AVSStatistics:
    """IoU and F-scores of one clip (AVSBench, Sec. 4.1), all thresholds in one pass over the pixels.

    Args:
        prob: float[T, H, W] in 0..1. Foreground is > 0.5 for the IoU and >= threshold for F.
        truth: [T, H, W] in 0..1, may be soft (the official masks of ms3 are v / 255). A frame without truth scores the
            share of pixels that are left empty as IoU, and takes no part in F.

    Raises:
        ValueError: shapes that differ or are not [T, H, W], a value outside 0..1 or a NaN.
    """
    prob, truth = np.asarray(prob), np.asarray(truth)
    if prob.ndim != 3 or prob.shape != truth.shape or prob.size == 0:
        raise ValueError('prob and truth must have one shape [T, H, W] with at least one pixel, got '
                         f'{list(prob.shape)} and {list(truth.shape)}')
    prob = np.ascontiguousarray(prob, np.float32)
    _check_unit_interval(prob, 'prob', 'a sigmoid makes probabilities of logits')
    _check_unit_interval(truth, 'truth', 'an 8-bit mask must be divided by 255')
    num_frames, num_pixels = len(prob), prob[0].size

    bins = _bins(prob).ravel()
    predicted = _count_from(bins, None, num_frames)
    # Most pixels of most masks are background: only the others can be hits.
    foreground = (truth > 0).ravel()
    hits = _count_from(bins[foreground], truth.ravel()[foreground], num_frames)
    area, hit = predicted[:, _ABOVE_HALF], hits[:, _ABOVE_HALF]
    predicted, hits = (np.delete(counts, _ABOVE_HALF, axis=1) for counts in (predicted, hits))
    return _statistics(area, hit, predicted, hits, num_pixels)


def avs_mask_statistics(inside: np.ndarray, truth_sizes: np.ndarray, area: int, num_pixels: int) -> AVSStatistics:
    """The same for a prediction that is 1 on a mask and 0 elsewhere, in all frames, from counts.

    Args:
        inside: float[T], true pixels inside the mask.
        truth_sizes: float[T], true pixels of the frame.
        area: pixels of the mask.
        num_pixels: pixels of a frame.
    """
    predicted = np.full((len(inside), NUM_THRESHOLDS), area, np.float64)
    hits = np.repeat(inside[:, None], NUM_THRESHOLDS, axis=1).astype(np.float64)
    predicted[:, 0], hits[:, 0] = num_pixels, truth_sizes  # every pixel reaches threshold 0
    return _statistics(predicted[:, -1], hits[:, -1], predicted, hits, num_pixels)


def _statistics(area: np.ndarray, hit: np.ndarray, predicted: np.ndarray, hits: np.ndarray, num_pixels: int) -> AVSStatistics:
    """From pixels that are predicted and true pixels among them: above 0.5, [T], and at each threshold, [T, 255]."""
    truth_sizes = hits[:, 0].copy()  # every pixel reaches threshold 0; a view would keep all of hits alive
    has_truth = truth_sizes > 0
    # sum(max(M, G)) = sum(M) + sum(G) - sum(M G), as M is 0 or 1 and G at most 1.
    iou = np.where(has_truth, hit / (area + truth_sizes - hit + 1e-7), (num_pixels - area) / (num_pixels + 1e-7))
    predicted, hits = predicted[has_truth], hits[has_truth]
    # 1.3 p r / (0.3 p + r) with p = hits / predicted and r = hits / size; 0 where p or r is 0 or undefined.
    f_scores = 1.3 * hits / (0.3 * truth_sizes[has_truth, None] + predicted)
    return AVSStatistics(float(iou.mean()), f_scores.sum(axis=0), int(has_truth.sum()), truth_sizes)


def avs_scores(statistics: Iterable[AVSStatistics], fscore_batch: int = 1) -> dict[str, float]:
    """mIoU and F-score of a split.

    The F-score averages F over the frames of a batch, takes the best threshold of the batch, and averages over
    batches; a batch whose frames are all empty scores 0. So it depends on the batch size: 1, one clip a batch, is the
    official default, which published numbers use unless they say otherwise.

    Args:
        statistics: one of each clip. Their order matters only if ``fscore_batch`` is not 1: that of the annotations.
        fscore_batch: consecutive clips in a batch; the last batch may be smaller.

    Returns:
        ``{'miou': percent, 'fscore': percent}``.

    Raises:
        ValueError: no clip, or a batch of less than one.
    """
    statistics = list(statistics)
    if not statistics or fscore_batch < 1:
        raise ValueError(f'avs_scores needs at least one clip and fscore_batch >= 1, got {len(statistics)} clips and '
                         f'fscore_batch={fscore_batch}')
    starts = np.arange(0, len(statistics), fscore_batch)
    f_scores = np.add.reduceat(np.stack([clip.f_scores for clip in statistics]), starts)
    num_frames = np.add.reduceat([clip.num_frames for clip in statistics], starts)
    best = f_scores.max(axis=1) / np.maximum(num_frames, 1)
    return {'miou': float(100.0 * np.mean([clip.iou for clip in statistics])), 'fscore': float(100.0 * best.mean())}


def avs_clip_scores(statistics: Iterable[AVSStatistics]) -> dict[str, np.ndarray]:
    """What each clip contributes to :func:`avs_scores` with ``fscore_batch=1``: float64[N] under the same keys."""
    statistics = list(statistics)
    best = [clip.f_scores.max() / max(clip.num_frames, 1) for clip in statistics]
    return {'miou': 100.0 * np.array([clip.iou for clip in statistics]), 'fscore': 100.0 * np.array(best)}


def _check_unit_interval(values: np.ndarray, name: str, cure: str) -> None:
    low, high = values.min(), values.max()
    if not (low >= 0 and high <= 1):  # so that a NaN fails
        raise ValueError(f'{name} must lie in 0..1, it goes from {low} to {high}; {cure}')


def _bins(prob: np.ndarray) -> np.ndarray:
    """intp[T, H, W]: for each pixel the number of edges at or below it, less one; 256 more from frame to frame."""
    # Arithmetic instead of a search: the nearest threshold, then one less if that lies above. float32(k) / float32(254)
    # is exactly float32(k / 254), division being correctly rounded.
    position = prob * _LAST
    np.rint(position, out=position)
    position -= prob < position / _LAST
    position += prob > np.float32(0.5)
    position += (_NUM_BINS * np.arange(len(prob), dtype=np.float32))[:, None, None]
    return position.astype(np.intp)


def _count_from(bins: np.ndarray, weights: np.ndarray | None, num_frames: int) -> np.ndarray:
    """[T, 256]: weight of the pixels in this bin or a higher one, for each frame."""
    histogram = np.bincount(bins, weights, minlength=num_frames * _NUM_BINS).reshape(num_frames, _NUM_BINS)
    return histogram[:, ::-1].cumsum(axis=1)[:, ::-1]
