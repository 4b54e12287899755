"""Semantic segmentation of sounding objects (AVSBench-semantic): mIoU and F-score of 71 classes.

A clip is reduced to :class:`AVSSStatistics` when it is predicted, the scores come from their sum: masks are never kept.
"""
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

NUM_CLASSES = 71  # background is class 0
NUM_FRAMES = 10


class AVSSStatistics(NamedTuple):
    """Sums over the frames of a clip, for each class over the frames where truth or prediction has it."""

    num_frames: np.ndarray
    """int64[71]."""
    iou: np.ndarray
    """float64[71]."""
    f_score: np.ndarray
    """float64[71]."""
    truth_sizes: np.ndarray
    """int64[71], true pixels of the real frames."""


def avss_statistics(pred: np.ndarray, truth: np.ndarray) -> AVSSStatistics:
    """IoU and F of each class in each frame of one clip.

    A clip of less than ten frames is filled up with frames that are background in truth and prediction, as the
    official loader and model do: each adds a perfect background frame.

    Args:
        pred: int[T, H, W], class 0..70; T = 5 (v1s, v1m) or 10 (v2).
        truth: int[T, H, W].

    Raises:
        ValueError: shapes that differ or are not [T, H, W], more than ten frames, or a class outside 0..70.
    """
    pred, truth = np.asarray(pred), np.asarray(truth)
    if pred.ndim != 3 or pred.shape != truth.shape or pred.size == 0 or len(pred) > NUM_FRAMES:
        raise ValueError(f'pred and truth must have one shape [T, H, W] with 1 to {NUM_FRAMES} frames and at least one '
                         f'pixel, got {list(pred.shape)} and {list(truth.shape)}')
    for name, labels in (('pred', pred), ('truth', truth)):
        if labels.dtype.kind not in 'iu' or labels.min() < 0 or labels.max() >= NUM_CLASSES:
            raise ValueError(f'{name} must hold whole class indices 0..{NUM_CLASSES - 1}, it is {labels.dtype} from '
                             f'{labels.min()} to {labels.max()}')
    # One index a pixel for frame, true and predicted class together: a single pass counts all of them.
    joint = truth.astype(np.intp)
    joint += (NUM_CLASSES * np.arange(len(truth)))[:, None, None]
    joint *= NUM_CLASSES
    joint += pred.astype(np.intp, copy=False)
    confusion = np.bincount(joint.ravel(), minlength=len(truth) * NUM_CLASSES**2)
    confusion = confusion.reshape(-1, NUM_CLASSES, NUM_CLASSES)
    return statistics_of_counts(confusion.diagonal(axis1=1, axis2=2), confusion.sum(axis=2), confusion.sum(axis=1))


def statistics_of_counts(both: np.ndarray, true: np.ndarray, predicted: np.ndarray) -> AVSSStatistics:
    """The same from pixel counts, int64[T, 71] each: of a class in truth and prediction, in truth, in the prediction."""
    either = true + predicted - both
    num_frames = (either > 0).sum(axis=0)
    iou = (both / np.maximum(either, 1)).sum(axis=0)
    # 1.3 p r / (0.3 p + r) with p = both / predicted and r = both / true; 0 where p or r is 0 or undefined; the
    # least sum that is not 0 is 0.3, so 0.1 changes none.
    f_score = (1.3 * both / np.maximum(0.3 * true + predicted, 0.1)).sum(axis=0)
    for sums in (num_frames, iou, f_score):
        sums[0] += NUM_FRAMES - len(true)
    return AVSSStatistics(num_frames, iou, f_score, true.sum(axis=0))


def avss_scores(statistics: Iterable[AVSSStatistics]) -> dict[str, float]:
    """mIoU and F-score of a split: a mean over the frames that have the class, then over all 71 classes.

    A class that neither truth nor prediction ever has counts as 0, as in the official code.

    Args:
        statistics: one of each clip; read once, nothing is kept.

    Returns:
        ``{'miou': percent, 'fscore': percent}``.

    Raises:
        ValueError: no clip.
    """
    sums = np.zeros((3, NUM_CLASSES))
    for clip in statistics:
        sums += clip[:3]
    if not sums.any():
        raise ValueError('avss_scores needs at least one clip')
    return {key: float(value) for key, value in _scores_of_sums(*sums).items()}


def avss_resampled_scores(statistics: Sequence[AVSSStatistics], counts: np.ndarray) -> dict[str, np.ndarray]:
    """:func:`avss_scores` had clip n come ``counts[r, n]`` times, float64[R].

    Args:
        statistics: one of each of N clips.
        counts: int[R, N].
    """
    return _scores_of_sums(*(counts @ np.stack([clip[i] for clip in statistics]).astype(np.float64) for i in range(3)))


def _scores_of_sums(num_frames: np.ndarray, iou: np.ndarray, f_score: np.ndarray) -> dict[str, np.ndarray]:
    """From sums over clips, float64[..., 71] each."""
    occurring = np.maximum(num_frames, 1)
    return {'miou': 100.0 * (iou / occurring).mean(-1), 'fscore': 100.0 * (f_score / occurring).mean(-1)}
