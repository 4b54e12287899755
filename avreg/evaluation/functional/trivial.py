"""Scores of predictions that look at nothing: the rows that a results table of masks and maps must beat.

Each function gives ``{'whole image': scores, 'centre box': scores, 'all background': scores}``.
"""
from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from .avs import avs_scores, avs_statistics
from .avss import NUM_CLASSES, avss_scores, avss_statistics
from .vggss import SIZE, vggss_iou, vggss_scores

ROWS = ('whole image', 'centre box', 'all background')


def trivial_masks(height: int, width: int) -> dict[str, np.ndarray]:
    """A bool[H, W] for each row. The centre box has half of the height and of the width."""
    box = np.zeros((height, width), bool)
    box[round(height / 4):round(height * 3 / 4), round(width / 4):round(width * 3 / 4)] = True
    return dict(zip(ROWS, (np.ones_like(box), box, np.zeros_like(box))))


def vggss_trivial_scores(boxes: Iterable[np.ndarray]) -> dict[str, dict[str, float]]:
    """``boxes``: float[n, 4] of each clip, as for :func:`vggss_iou`."""
    # Background is -1: a map that is constantly below zero predicts nothing, one that is constantly 0 everything.
    heatmaps = {row: np.where(mask, 1, -1) for row, mask in trivial_masks(SIZE, SIZE).items()}
    ious = [[vggss_iou(heatmap, of_clip) for heatmap in heatmaps.values()] for of_clip in boxes]
    return {row: vggss_scores([of_clip[i] for of_clip in ious]) for i, row in enumerate(ROWS)}


def avs_trivial_scores(truths: Iterable[np.ndarray], fscore_batch: int = 1) -> dict[str, dict[str, float]]:
    """``truths``: [T, H, W] in 0..1 of each clip, as for :func:`avs_statistics`; ``fscore_batch`` as for
    :func:`avs_scores`.
    """
    statistics = []
    for truth in truths:
        masks = trivial_masks(*truth.shape[1:])
        statistics.append([avs_statistics(np.broadcast_to(mask, truth.shape), truth) for mask in masks.values()])
    return {row: avs_scores([of_clip[i] for of_clip in statistics], fscore_batch) for i, row in enumerate(ROWS)}


def avss_trivial_scores(truths: Sequence[np.ndarray]) -> dict[str, dict[str, float]]:
    """The image and the box get the class that has most pixels in the truth, background aside.

    ``truths``: int[T, H, W] of each clip, as for :func:`avss_statistics`; read twice, so a generator will not do.

    Raises:
        ValueError: no clip.
    """
    if len(truths) == 0:
        raise ValueError('avss_trivial_scores needs the truth of at least one clip')
    # A class beyond the last is left to avss_statistics, whose error says what is wrong.
    pixels = sum(np.bincount(np.ravel(truth), minlength=NUM_CLASSES)[:NUM_CLASSES] for truth in truths)
    most_frequent = 1 + int(np.argmax(pixels[1:]))
    statistics = []
    for truth in truths:
        labels = (most_frequent * mask for mask in trivial_masks(*truth.shape[1:]).values())
        statistics.append([avss_statistics(np.broadcast_to(one, truth.shape), truth) for one in labels])
    return {row: avss_scores(of_clip[i] for of_clip in statistics) for i, row in enumerate(ROWS)}
