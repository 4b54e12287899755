import numpy as np
import pytest

from avreg.evaluation.functional import TimedEvents, distinct_events, unav100_scores


@pytest.mark.parametrize('seed, videos, predictions, classes', [(0, 30, 20, 5), (1, 12, 60, 2), (2, 40, 3, 30), (3, 60, 8, 100)])
def test_equals_the_loops(benchmark, seed, videos, predictions, classes):
    pred, truth = benchmark.random_events(np.random.default_rng(seed), videos, predictions, classes)
    ours, plain = unav100_scores(pred, truth), benchmark.loop_scores(pred, truth)
    assert 1 < plain['map_avg'] < 99 and ours == pytest.approx(plain, abs=1e-9)


def events(*rows, scored=False):
    columns = [np.array(column) for column in zip(*rows)]
    return TimedEvents(*columns) if scored else TimedEvents(*columns, None)


TRUTH = events((0, 0, 0.0, 4.0), (0, 0, 10.0, 22.0), (1, 1, 0.0, 40.0))


def test_the_truth_as_prediction_is_perfect():
    pred = TRUTH._replace(score=np.array([0.2, 0.5, 0.1]))
    assert set(unav100_scores(pred, TRUTH).values()) == {100.0}


def test_a_class_without_prediction_counts_as_zero_and_one_without_truth_does_not_count():
    pred = events((0, 0, 0.0, 4.0, 0.9), (0, 0, 10.0, 22.0, 0.8), (1, 7, 0.0, 40.0, 1.0), scored=True)
    scores = unav100_scores(pred, TRUTH)
    assert scores['map@0.5'] == 50.0 and scores['precision/long'] == 0.0 and scores['precision/short'] == 100.0


def test_an_event_is_found_once_and_the_second_best_takes_another_one():
    # Both predictions overlap the first event best; the second one falls back on the event behind it.
    truth = events((0, 0, 0.0, 4.0), (0, 0, 4.0, 7.0), (0, 0, 10.0, 22.0), (0, 0, 22.0, 60.0))
    pred = events((0, 0, 0.0, 4.0, 0.9), (0, 0, 0.5, 6.0, 0.8), scored=True)
    scores = unav100_scores(pred, truth)
    assert scores['map@0.3'] == pytest.approx(50.0) and scores['map@0.4'] == pytest.approx(25.0)


def test_of_equal_scores_the_later_comes_first():
    truth = events((0, 0, 0.0, 4.0), (0, 1, 0.0, 10.0), (0, 1, 0.0, 30.0))
    right, wrong = (0, 0, 0.0, 4.0, 0.5), (0, 0, 50.0, 60.0, 0.5)
    late, early = (unav100_scores(events(*order, scored=True), truth)['map@0.5'] for order in ((wrong, right), (right, wrong)))
    assert (late, early) == (50.0, 25.0)


def test_repeated_events():
    spans = np.array([[0, 5], [0, 5], [0.0005, 5], [0.0015, 5], [0, 5]])
    assert distinct_events(spans, np.array([1, 1, 1, 1, 2])).tolist() == [True, False, False, True, True]
    assert distinct_events(np.empty((0, 2)), np.empty(0, int)).tolist() == []


def test_no_predictions_and_no_event_of_a_duration():
    nothing = TimedEvents(*(np.empty(0, kind) for kind in (int, int, float, float, float)))
    assert set(unav100_scores(nothing, TRUTH).values()) == {0.0}
    with pytest.raises(ValueError, match='precision/long is the share of events of 20 to 60 s'):
        unav100_scores(nothing, events((0, 0, 0.0, 4.0), (0, 0, 10.0, 22.0)))
