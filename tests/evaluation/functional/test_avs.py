"""mIoU and F-score of sounding objects: by hand, and against the loop over images and thresholds."""
import numpy as np
import pytest

from avreg.evaluation.functional import avs_scores, avs_statistics

THRESHOLDS = [np.float32(k / 254) for k in range(255)]


def scores(*clips, **options) -> dict[str, float]:
    return avs_scores([avs_statistics(prob, truth) for prob, truth in clips], **options)


def frames(*rows) -> np.ndarray:
    """float32[T, 1, W] of T rows."""
    return np.array(rows, np.float32)[:, None]


def random_clips(number: int = 11, soft: bool = False):
    """Small clips with probabilities exactly at, just below and just above thresholds, and empty frames."""
    rng = np.random.default_rng(number)
    clips = []
    for _ in range(number):
        truth = (rng.random((5, 6, 7)) < 0.4) & (rng.random((5, 1, 1)) < 0.7)
        truth = truth.astype(np.float32) * (rng.choice([0.25, 225 / 255, 1.0], truth.shape) if soft else 1)
        exact = rng.choice(THRESHOLDS, truth.shape)
        near = np.nextafter(exact, rng.choice(np.float32([0, 1]), truth.shape))
        prob = np.choose(rng.integers(0, 3, truth.shape), [exact, near, rng.random(truth.shape, np.float32)])
        clips.append((prob, truth.astype(np.float32)))
    clips[3][1][:] = 0  # a clip without any truth
    return clips


@pytest.mark.parametrize('soft', [False, True])
@pytest.mark.parametrize('fscore_batch', [1, 4, 11, 100])
def test_equals_loop(benchmark, soft, fscore_batch):
    clips = random_clips(soft=soft)
    expected = benchmark.loop_scores(clips, fscore_batch)
    assert scores(*clips, fscore_batch=fscore_batch) == pytest.approx(expected, abs=1e-10)


def test_equals_loop_on_masks_like_those_of_s4(benchmark):
    rng = np.random.default_rng(0)
    clips = [benchmark.random_clip(rng, 5, 56, 48) for _ in range(4)]
    ours = scores(*clips)
    assert 30 < ours['miou'] < 99 and 30 < ours['fscore'] < 99
    assert ours == pytest.approx(benchmark.loop_scores(clips), abs=1e-10)


def test_every_threshold_is_met_exactly():
    # Truth of one pixel: F is positive for the thresholds that the pixel reaches, 0 above.
    for k, threshold in enumerate(THRESHOLDS):
        values = [np.nextafter(threshold, np.float32(0)), threshold, np.nextafter(threshold, np.float32(1))]
        for value, reached in zip(values, (max(k, 1), k + 1, k + 1)):  # threshold 0 is always reached
            f_scores = avs_statistics(frames([value, 0.0]), frames([1.0, 0.0])).f_scores
            assert np.count_nonzero(f_scores) == reached, (k, value)


def test_iou_by_hand():
    prob, truth = frames([0.9, 0.9, 0.1, 0.1], [0.1, 0.1, 0.1, 0.9]), frames([1, 0, 1, 0], [0, 0, 1, 1])
    assert scores((prob, truth))['miou'] == pytest.approx(100 * (1 / 3 + 1 / 2) / 2)


@pytest.mark.parametrize('prob, iou', [([0.0] * 4, 1.0), ([0.9] * 4, 0.0), ([0.9, 0.1, 0.1, 0.1], 0.75)])
def test_iou_of_a_frame_without_truth_is_the_share_left_empty(prob, iou):
    assert scores((frames(prob), frames([0] * 4)))['miou'] == pytest.approx(100 * iou, abs=1e-4)


def test_soft_truth():
    # Intersection 0.5, union 1 + 0.25 with max(0, 0.25) for the pixel that is not predicted.
    result = avs_statistics(frames([0.9, 0.1]), frames([0.5, 0.25]))
    assert result.iou == pytest.approx(0.5 / 1.25)
    # Threshold 0: both pixels, precision 0.75 / 2, recall 1. From 0.1 to 0.9: precision 0.5, recall 2 / 3.
    assert result.f_scores[0] == pytest.approx(1.3 * 0.375 / (0.3 * 0.375 + 1))
    assert result.f_scores[127] == pytest.approx(1.3 * 0.5 * 2 / 3 / (0.15 + 2 / 3))


def test_one_half_is_background_for_iou_and_foreground_for_f():
    result = avs_statistics(frames([0.5, 0.0]), frames([1, 0]))
    assert result.iou == 0.0
    assert result.f_scores[127] == pytest.approx(1.0)
    assert result.f_scores[128] == 0.0
    assert avs_statistics(frames([np.nextafter(np.float32(0.5), np.float32(1)), 0.0]), frames([1, 0])).iou > 0.99


def test_an_all_zero_prediction_has_an_f_at_threshold_0():
    result = avs_statistics(frames([0.0] * 4), frames([1, 0, 0, 0]))
    assert result.f_scores[0] == pytest.approx(1.3 * 0.25 / (0.3 * 0.25 + 1))
    assert not result.f_scores[1:].any()


def test_certain_pixels_reach_every_threshold():
    f_scores = avs_statistics(frames([1.0, 0.0]), frames([1, 0])).f_scores
    assert f_scores == pytest.approx([1.3 * 0.5 / (0.3 * 0.5 + 1), *[1.0] * 254])


def test_f_is_averaged_over_frames_before_the_maximum():
    # Each frame alone has a perfect threshold, but not the same one; empty frames are left out.
    prob = frames([0.9, 0.8, 0.0], [0.3, 0.2, 0.0], [0.7, 0.7, 0.7])
    truth = frames([1, 0, 0], [1, 0, 0], [0, 0, 0])
    # From 0.2 to 0.3 the first frame has precision 0.5 and the second is perfect; both perfect is nowhere.
    assert scores((prob, truth))['fscore'] == pytest.approx(100 * (1.3 * 0.5 / (0.3 * 0.5 + 1) + 1) / 2)
    assert scores((prob[:1], truth[:1]))['fscore'] == scores((prob[1:], truth[1:]))['fscore'] == pytest.approx(100.0)


def test_a_clip_without_truth_adds_0_and_counts():
    good, empty = (frames([1.0, 0.0]), frames([1, 0])), (frames([0.0, 0.0]), frames([0, 0]))
    assert scores(good, empty)['fscore'] == pytest.approx(50.0)
    assert scores(empty)['fscore'] == 0.0
    assert scores(good, empty, fscore_batch=2)['fscore'] == pytest.approx(100.0)  # the usable frame is perfect


def test_batches_are_consecutive_and_the_last_may_be_smaller():
    one, other = (frames([0.9, 0.8]), frames([1, 0])), (frames([0.3, 0.2]), frames([1, 0]))
    alone, together = scores(one)['fscore'], scores(one, other, fscore_batch=2)['fscore']
    assert together < alone == pytest.approx(100.0)
    assert scores(one, other, one, fscore_batch=2)['fscore'] == pytest.approx((together + alone) / 2)


def test_order_matters_only_in_batches():
    clips = random_clips()
    assert scores(*clips[::-1]) == pytest.approx(scores(*clips), abs=1e-10)
    assert scores(*clips[::-1], fscore_batch=4)['fscore'] != pytest.approx(scores(*clips, fscore_batch=4)['fscore'])


def test_types_of_arrays_do_not_matter():
    prob, truth = random_clips()[0]
    half = prob.astype(np.float16)
    expected = avs_statistics(half.astype(np.float32), truth)
    for one in (avs_statistics(half, truth), avs_statistics(half.astype(np.float64), truth > 0),
                avs_statistics(half.transpose(2, 1, 0).copy().transpose(2, 1, 0), truth.astype(np.uint8))):
        assert one.iou == expected.iou and np.array_equal(one.f_scores, expected.f_scores)


def test_inputs_stay_as_they_are():
    clips = random_clips()
    before = [(prob.copy(), truth.copy()) for prob, truth in clips]
    scores(*clips)
    assert all(np.array_equal(a, b) for pairs in zip(clips, before) for a, b in zip(*pairs))


def test_wrong_arrays():
    good = np.zeros((5, 6, 7), np.float32)
    for prob, truth in ((good, good[:4]), (good[0], good[0]), (good[:0], good[:0])):
        with pytest.raises(ValueError, match=r'one shape \[T, H, W\]'):
            avs_statistics(prob, truth)
    with pytest.raises(ValueError, match='prob must lie in 0..1, it goes from 0.0 to 3.0; a sigmoid'):
        avs_statistics(good + 3 * np.eye(6, 7, dtype=np.float32), good)
    with pytest.raises(ValueError, match='prob must lie in 0..1.* nan'):
        avs_statistics(good * np.nan, good)
    with pytest.raises(ValueError, match='truth must lie in 0..1.*255; an 8-bit mask must be divided by 255'):
        avs_statistics(good, np.full(good.shape, 255, np.uint8))
    with pytest.raises(ValueError, match='0 clips and fscore_batch=1'):
        avs_scores([])
    with pytest.raises(ValueError, match='fscore_batch=0'):
        avs_scores([avs_statistics(good, good)], fscore_batch=0)
