"""Accuracy of event localization."""
import numpy as np
import pytest

from avreg.evaluation.functional import ave_accuracy


def test_by_hand():
    truth = np.array([[28, 28, 3, 3, 3], [7, 7, 7, 7, 28]])
    pred = np.array([[28, 3, 3, 3, 28], [7, 7, 1, 7, 28]])
    assert ave_accuracy(pred, truth) == {'accuracy': 70.0}


def test_shapes_that_do_not_fit():
    with pytest.raises(ValueError, match=r'\(2, 10\) and \(2, 9\)'):
        ave_accuracy(np.zeros((2, 10), int), np.zeros((2, 9), int))
    with pytest.raises(ValueError, match='at least one video'):
        ave_accuracy(np.zeros((0, 10), int), np.zeros((0, 10), int))


def test_all_background_on_the_official_test_split(shared_dir):
    from avreg.datasets import AVE
    dataset = AVE(shared_dir / 'data/ave', 'test', check_media=False)
    truth = np.stack([dataset.get_data_info(i)['gt_segments'] for i in range(len(dataset))])
    assert truth.shape == (402, 10)
    assert round(ave_accuracy(np.full_like(truth, 28), truth)['accuracy'], 1) == 17.8
