"""Rows of predictions that look at nothing."""
import numpy as np
import pytest

from avreg.evaluation.functional import (avs_scores, avs_statistics, avs_trivial_counts, avs_trivial_scores, avss_scores,
                                         avss_statistics, avss_trivial_counts, avss_trivial_scores, vggss_trivial_ious,
                                         vggss_trivial_scores)
from avreg.evaluation.functional.trivial import trivial_masks

ROWS = ['whole image', 'centre box', 'all background']


def test_masks():
    masks = trivial_masks(8, 12)
    assert list(masks) == ROWS
    assert masks['whole image'].all() and not masks['all background'].any()
    assert masks['centre box'].sum() == 4 * 6 and masks['centre box'][2:6, 3:9].all()


def test_vggss():
    # The whole frame, and the centre box itself.
    boxes = np.array([[0.0, 0.0, 1.0, 1.0]]), np.array([[0.25, 0.25, 0.75, 0.75]])
    scores = vggss_trivial_scores([vggss_trivial_ious(of_clip) for of_clip in boxes])
    assert list(scores) == ROWS
    # IoUs 1 and 1/4, 1/4 and 1, 0 and 0.
    assert {row: of_row['ciou'] for row, of_row in scores.items()} == dict(zip(ROWS, (50.0, 50.0, 0.0)))
    assert scores['whole image']['auc'] == scores['centre box']['auc'] == pytest.approx(100 * (0.275 + 1) / 2)
    assert scores['all background']['auc'] == pytest.approx(100 * 0.025)


def test_avs():
    box = trivial_masks(8, 8)['centre box']
    truths = [np.stack([box, box]), np.zeros((2, 8, 8))]
    counts = [avs_trivial_counts(truth) for truth in truths]
    scores = avs_trivial_scores(counts)
    assert list(scores) == ROWS
    # A clip with the box and one with nothing.
    assert {row: of_row['miou'] for row, of_row in scores.items()} == pytest.approx(
        dict(zip(ROWS, (100 * (0.25 + 0) / 2, 100 * (1 + 0.75) / 2, 100 * (0 + 1) / 2))), abs=1e-4)
    whole = 1.3 * 0.25 / (0.3 * 0.25 + 1)
    assert {row: of_row['fscore'] for row, of_row in scores.items()} == pytest.approx(
        dict(zip(ROWS, (100 * whole / 2, 100 / 2, 100 * whole / 2))))  # at threshold 0 all pixels are foreground
    assert avs_trivial_scores(counts, fscore_batch=2)['centre box']['fscore'] == pytest.approx(100.0)


def test_avss():
    box = trivial_masks(8, 8)['centre box'].astype(np.uint8)
    truths = [np.tile(9 * box, (10, 1, 1)), np.tile(9 * box, (5, 1, 1)), np.zeros((10, 8, 8), np.uint8)]
    truths[2][0, 0, 0] = 4  # rarer than class 9
    scores = avss_trivial_scores([avss_trivial_counts(truth) for truth in truths])
    assert list(scores) == ROWS
    # Class 9 in the whole image: in 15 frames a quarter of it, in 10 nothing. Background: 5 padded frames of 30.
    assert scores['whole image']['miou'] == pytest.approx(100 * (15 * 0.25 / 25 + 5 / 30) / 71)
    # In the box: right in 15 frames, nothing in 10. Background: perfect in 20 frames (5 are padded), 48 pixels of 64 in
    # 9 frames, 47 of 64 in the one with class 4.
    last = 47 / 64
    assert scores['centre box']['miou'] == pytest.approx(100 * (15 / 25 + (20 + 9 * 0.75 + last) / 30) / 71)
    last = 63 / 64
    assert scores['all background']['miou'] == pytest.approx(100 * (15 * 0.75 + 5 + 9 + last) / 30 / 71)
    with pytest.raises(ValueError, match='at least one clip'):
        avss_trivial_scores([])


def test_counts_give_what_masks_give():
    rng = np.random.default_rng(0)
    soft, labels = rng.random((5, 12, 16)) * (rng.random((5, 12, 16)) < 0.3), rng.integers(0, 71, (5, 12, 16))
    labels[labels > 3] = 0
    soft[1] = 0
    rows, semantic = avs_trivial_scores([avs_trivial_counts(soft)]), avss_trivial_scores([avss_trivial_counts(labels)])
    most = 1 + int(np.argmax(np.bincount(labels.ravel(), minlength=71)[1:]))
    for row, mask in trivial_masks(12, 16).items():
        assert rows[row] == pytest.approx(avs_scores([avs_statistics(np.broadcast_to(mask, soft.shape), soft)]))
        predicted = np.broadcast_to(most * mask, labels.shape)
        assert semantic[row] == pytest.approx(avss_scores([avss_statistics(predicted, labels)]))
