"""Resampling: the scores of a split in which some videos come more than once."""
import numpy as np
import pytest

from avreg.evaluation.bootstrap import interval, p_value, resample_counts, weighted_means


def test_a_resample_draws_as_many_videos_and_all_samples_of_each():
    videos = ['b', 'a', 'b', 'c']
    counts = resample_counts(videos, 50)
    assert counts.shape == (50, 4) and (counts[:, 0] == counts[:, 2]).all()
    assert (counts[:, [0, 1, 3]].sum(1) == 3).all()
    assert len(np.unique(counts, axis=0)) > 5


def test_the_draw_depends_on_names_alone():
    counts = resample_counts(['a', 'b', 'c'], 20)
    shuffled = resample_counts(['c', 'a', 'b'], 20)
    assert (shuffled == counts[:, [2, 0, 1]]).all()
    assert (resample_counts(['a', 'b', 'c'], 20, seed=1) != counts).any()


def test_the_draw_is_the_same_for_ever():
    # Rows that lie in Git are compared with rows that will be made in years.
    assert resample_counts(['a', 'b', 'c', 'd'], 3).tolist() == [[2, 1, 0, 1], [0, 0, 0, 4], [0, 2, 1, 1]]


def test_means_leave_out_what_takes_no_part():
    counts = np.array([[1, 1, 1], [0, 2, 1], [1, 0, 0]])
    means = weighted_means(np.array([np.nan, 40.0, 100.0]), counts)
    assert means[:2] == pytest.approx([70, 60]) and np.isnan(means[2])


def test_interval_and_p_value():
    assert interval(np.arange(1001.0), 500) == pytest.approx((25, 975))
    assert interval(np.append(np.arange(1001.0), np.nan), 700) == pytest.approx((225, 1175))
    assert interval(np.array([0.0] * 999 + [1000.0]), 1.0) == (0, 1)  # never without the score
    assert p_value(np.full(999, 1.0), 1.0) == pytest.approx(0.002)
    assert p_value(np.array([-1.0, 1.0] * 50), 0.0) == 1.0
    with pytest.raises(ValueError, match='at least one sample'):
        resample_counts([])
