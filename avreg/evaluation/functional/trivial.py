"""Scores of predictions that look at nothing: the rows that a results table of masks and maps must beat.

Each ``*_scores`` gives ``{'whole image': scores, 'centre box': scores, 'all background': scores}``.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np

from .avs import avs_mask_statistics, avs_scores
from .avss import NUM_CLASSES, avss_scores, statistics_of_counts
from .vggss import SIZE, vggss_iou, vggss_scores

ROWS = ('whole image', 'centre box', 'all background')


def trivial_masks(height: int, width: int) -> dict[str, np.ndarray]:
    """A bool[H, W] for each row. The centre box has half of the height and of the width."""
    box = np.zeros((height, width), bool)
    box[round(height / 4):round(height * 3 / 4), round(width / 4):round(width * 3 / 4)] = True
    return dict(zip(ROWS, (np.ones_like(box), box, np.zeros_like(box))))


def vggss_trivial_ious(truth: np.ndarray, iou: Callable[[np.ndarray, np.ndarray], float] = vggss_iou) -> list[float]:
    """IoU of each row with the truth of a clip: what ``iou`` reads, the boxes of :func:`vggss_iou` or the map of :func:`consensus_iou`."""
    # Background is -1: a map that is constantly below zero predicts nothing, one that is constantly 0 everything.
    return [iou(np.where(mask, 1, -1), truth) for mask in trivial_masks(SIZE, SIZE).values()]


def vggss_trivial_scores(ious: Sequence[list[float]]) -> dict[str, dict[str, float]]:
    """``ious``: of each clip, from :func:`vggss_trivial_ious`."""
    return {row: vggss_scores([of_clip[i] for of_clip in ious]) for i, row in enumerate(ROWS)}


class TrueCounts(NamedTuple):
    """True pixels of the T frames of a clip, float[T] (soft ones count their value), or int32[T, 71] of each class; and how many
    pixels there are.
    """

    frame: np.ndarray
    """In the whole frame."""
    box: np.ndarray
    """In the centre box."""
    frame_size: int
    box_size: int

    def inside(self, row: str) -> tuple[np.ndarray, int]:
        """True pixels inside the mask of ``row``, and the pixels of that mask."""
        return {'whole image': (self.frame, self.frame_size), 'centre box': (self.box, self.box_size),
                'all background': (np.zeros_like(self.frame), 0)}[row]


def avs_trivial_counts(truth: np.ndarray) -> TrueCounts:
    """What :func:`avs_trivial_scores` needs of a clip. ``truth``: [T, H, W] in 0..1."""
    box = trivial_masks(*truth.shape[1:])['centre box']
    return TrueCounts(truth.sum((1, 2), dtype=np.float64), truth[:, box].sum(1, dtype=np.float64), box.size, int(box.sum()))


def avs_trivial_scores(counts: Iterable[TrueCounts], fscore_batch: int = 1) -> dict[str, dict[str, float]]:
    """``counts``: of each clip; ``fscore_batch`` as for :func:`avs_scores`."""
    counts = list(counts)
    return {row: avs_scores((avs_mask_statistics(inside, clip.frame, area, clip.frame_size)
                             for clip in counts for inside, area in [clip.inside(row)]), fscore_batch) for row in ROWS}


def avss_trivial_counts(truth: np.ndarray) -> TrueCounts:
    """What :func:`avss_trivial_scores` needs of a clip. ``truth``: int[T, H, W], class 0..70."""
    box = trivial_masks(*truth.shape[1:])['centre box']
    counts = [np.stack([np.bincount(frame, minlength=NUM_CLASSES).astype(np.int32) for frame in pixels])
              for pixels in (truth.reshape(len(truth), -1), truth[:, box])]
    return TrueCounts(*counts, frame_size=box.size, box_size=int(box.sum()))


def avss_trivial_scores(counts: Sequence[TrueCounts]) -> dict[str, dict[str, float]]:
    """The image and the box get the class that has most pixels in the truth, background aside.

    Args:
        counts: of each clip.

    Raises:
        ValueError: no clip.
    """
    if len(counts) == 0:
        raise ValueError('avss_trivial_scores needs the truth of at least one clip')
    guess = 1 + int(np.argmax(sum(clip.frame.sum(0) for clip in counts)[1:]))
    scores = {}
    for row in ROWS:
        statistics = []
        for clip in counts:
            inside, area = clip.inside(row)
            both, predicted = np.zeros((2, *clip.frame.shape), np.int64)
            both[:, guess], predicted[:, guess] = inside[:, guess], area
            both[:, 0], predicted[:, 0] = (clip.frame - inside)[:, 0], clip.frame_size - area
            statistics.append(statistics_of_counts(both, clip.frame, predicted))
        scores[row] = avss_scores(statistics)
    return scores
