"""F-scores of video parsing: by hand, and against loops written as the definition reads."""
import numpy as np
import pytest

from avreg.evaluation.functional import llp_f_scores


def rows(*texts: str) -> np.ndarray:
    """bool[1, T, K] of K strings such as '..##.'."""
    return np.array([[char == '#' for char in text] for text in texts]).T[None]


def test_segment_scores_by_hand():
    # Class 0: TP 2, FP 1, FN 1, F = 2/3. Class 1: only predicted, F = 0. Class 2: absent, left out.
    pred, truth = rows('###.', '#...', '....'), rows('.###', '....', '....')
    nothing = np.zeros_like(pred)
    scores = llp_f_scores(pred, nothing, truth, nothing)
    assert scores['segment/audio'] == pytest.approx(100 / 3)
    assert scores['segment/visual'] == 100.0  # nothing to find, nothing found
    assert scores['segment/audio_visual'] == 100.0
    assert scores['segment/type'] == pytest.approx(700 / 9)
    assert scores['segment/event'] == pytest.approx(100 / 3)


def test_audio_visual_is_what_is_heard_and_seen():
    scores = llp_f_scores(rows('##..'), rows('.##.'), rows('##..'), rows('####'))
    # Both: predicted '.#..', true '##..'.
    assert scores['segment/audio_visual'] == pytest.approx(100 * 2 / 3)
    # Event: TP 2 + 2, FN 0 + 2.
    assert scores['segment/event'] == pytest.approx(100 * 8 / 10)


@pytest.mark.parametrize('pred, truth, f_score', [
    ('##......', '####....', 1.0),  # IoU exactly 0.5 matches
    ('##......', '#####...', 0.0),
    ('..##..##', '..##..##', 1.0),
    ('#.#.#.#.', '########', 0.0),
    ('######..', '##.###..', 2 / 3),  # IoU 0.5 with '###' alone
    ('##.###..', '######..', 2 / 3),
    ('.##.....', '##......', 0.0),  # IoU 1/3
    ('........', '......##', 0.0),
    ('.....###', '.....##.', 1.0),
])
def test_event_matching_by_hand(pred, truth, f_score):
    nothing = rows('.' * 8)
    scores = llp_f_scores(rows(pred), nothing, rows(truth), nothing)
    assert scores['event/audio'] == pytest.approx(100 * f_score)
    assert scores['event/event'] == pytest.approx(100 * f_score)


def test_mean_over_classes_then_videos():
    # Video 0: classes with F 1 and 0. Video 1: one class with F 1. Pooling the counts would give another number.
    pred = np.concatenate([rows('##', '..'), rows('##', '..')])
    truth = np.concatenate([rows('##', '##'), rows('##', '..')])
    nothing = np.zeros_like(pred)
    assert llp_f_scores(pred, nothing, truth, nothing)['segment/audio'] == 75.0


def test_nothing_predicted_on_the_official_test_split(shared_dir):
    from avreg.datasets import LLP
    with pytest.warns(UserWarning):
        dataset = LLP(shared_dir / 'data/llp', 'test', check_media=False)
    infos = [dataset.get_data_info(i) for i in range(len(dataset))]
    gt_audio, gt_visual = (np.stack([info[name] for info in infos]) > 0 for name in ('gt_audio', 'gt_visual'))
    scores = llp_f_scores(np.zeros_like(gt_audio), np.zeros_like(gt_visual), gt_audio, gt_visual)
    # Clips without an audible event: 5 have no row, 1 has only an empty one. 121 have no visible event.
    assert scores['segment/audio'] == scores['event/audio'] == pytest.approx(100 * 6 / 1200)
    assert scores['segment/visual'] == scores['event/visual'] == pytest.approx(100 * 121 / 1200)


@pytest.mark.parametrize('seconds', [1, 2, 10, 13])
@pytest.mark.parametrize('density', [0.0, 0.1, 0.5, 0.9, 1.0])
def test_equals_loops(benchmark, seconds, density):
    rng = np.random.default_rng(seconds)
    truth = rng.random((2, 30, seconds, 5)) < density
    pred = truth ^ (rng.random(truth.shape) < 0.2)
    expected = benchmark.loop_f_scores(*pred, *truth)
    scores = llp_f_scores(*pred, *truth)
    assert scores.keys() == expected.keys()
    assert scores == pytest.approx(expected, abs=1e-10)


def test_equals_loops_on_videos_like_those_of_llp(benchmark):
    matrices = benchmark.random_videos(np.random.default_rng(0), videos=100, seconds=10, classes=25)
    scores = llp_f_scores(*matrices)
    assert 20 < scores['segment/type'] < 95  # neither trivial
    assert scores == pytest.approx(benchmark.loop_f_scores(*matrices), abs=1e-10)


def test_inputs_stay_as_they_are(benchmark):
    matrices = benchmark.random_videos(np.random.default_rng(1), videos=5, seconds=10, classes=25)
    before = [matrix.copy() for matrix in matrices]
    llp_f_scores(*matrices)
    assert all(np.array_equal(one, other) for one, other in zip(matrices, before))


def test_wrong_arrays():
    good = np.zeros((2, 10, 25), bool)
    with pytest.raises(ValueError, match='gt_visual is float64'):
        llp_f_scores(good, good, good, good.astype(float))
    with pytest.raises(ValueError, match='one shape'):
        llp_f_scores(good, good, good, good[:1])
    with pytest.raises(ValueError, match='at least one video'):
        llp_f_scores(good[:0], good[:0], good[:0], good[:0])
