"""mIoU and F-score of 71 classes: by hand, and against a loop over frames and classes."""
import numpy as np
import pytest

from avreg.evaluation.functional import avss_scores, avss_statistics


def loop_scores(clips) -> dict[str, float]:
    """The definition. ``clips``: pairs of int[T, H, W]."""
    number, iou, f_score = [0] * 71, [0.0] * 71, [0.0] * 71
    for pred, truth in clips:
        padding = np.zeros((10 - len(pred), *pred.shape[1:]), pred.dtype)
        for p, g in zip(np.concatenate([pred, padding]), np.concatenate([truth, padding])):
            for c in range(71):
                both, predicted, true = ((p == c) & (g == c)).sum(), (p == c).sum(), (g == c).sum()
                if predicted + true == 0:
                    continue
                number[c] += 1
                iou[c] += both / (predicted + true - both)
                if both:
                    precision, recall = both / predicted, both / true
                    f_score[c] += 1.3 * precision * recall / (0.3 * precision + recall)
    return {'miou': 100 * sum(i / n for i, n in zip(iou, number) if n) / 71,
            'fscore': 100 * sum(f / n for f, n in zip(f_score, number) if n) / 71}


def scores(*clips) -> dict[str, float]:
    return avss_scores(avss_statistics(pred, truth) for pred, truth in clips)


def random_clips(classes: int):
    """Clips of 5 and 10 frames, right about half of the time."""
    rng = np.random.default_rng(classes)
    clips = []
    for num_frames in (5, 10, 5, 10, 10):
        pred, truth = rng.integers(0, classes, (2, num_frames, 6, 7), dtype=np.uint8)
        clips.append((np.where(rng.random(pred.shape) < 0.5, pred, truth), truth))
    return clips


def frames(number: int, *row) -> np.ndarray:
    """uint8[number, 1, W], the same row in each frame."""
    return np.tile(np.array(row, np.uint8), (number, 1, 1))


@pytest.mark.parametrize('classes', [1, 3, 71])
def test_equals_loop_in_any_order(classes):
    clips = random_clips(classes)
    assert scores(*clips) == pytest.approx(loop_scores(clips), abs=1e-10)
    assert scores(*clips[::-1]) == pytest.approx(scores(*clips), abs=1e-10)


def test_by_hand():
    # Class 1: I 1, A 1, B 2, so IoU 1/2, p 1, r 1/2. Background: I 2, A 3, B 2, so IoU 2/3, p 2/3, r 1.
    result = scores((frames(10, 1, 0, 0, 0), frames(10, 1, 1, 0, 0)))
    assert result['miou'] == pytest.approx(100 * (1 / 2 + 2 / 3) / 71)
    assert result['fscore'] == pytest.approx(100 * (1.3 * 0.5 / 0.8 + 1.3 * 2 / 3 / (0.2 + 1)) / 71)


def test_the_mean_is_over_71_classes_whatever_occurs():
    assert scores((frames(10, 0), frames(10, 0))) == pytest.approx({'miou': 100 / 71, 'fscore': 100 / 71})


def test_clips_of_five_frames_get_five_perfect_background_frames():
    # No real frame has background, and all are wrong.
    statistics = avss_statistics(frames(5, 1, 1), frames(5, 2, 2))
    assert statistics.num_frames[:4].tolist() == [5, 5, 5, 0]
    assert statistics.iou[:4].tolist() == statistics.f_score[:4].tolist() == [5.0, 0.0, 0.0, 0.0]
    assert avss_statistics(frames(10, 1, 1), frames(10, 2, 2)).num_frames[:4].tolist() == [0, 10, 10, 0]
    # Background half right in five frames, perfect in five more.
    assert scores((frames(5, 0, 0), frames(5, 0, 3)))['miou'] == pytest.approx(100 * 0.75 / 71)
    assert statistics.truth_sizes.tolist() == [0, 0, 10, *[0] * 68]  # of the real frames


def test_a_class_that_is_only_predicted_counts_as_a_frame_of_its_class():
    right, wrong = (frames(10, 7), frames(10, 7)), (frames(10, 7), frames(10, 0))
    assert scores(right, wrong)['miou'] == pytest.approx(100 * 0.5 / 71)


def test_classes_count_by_frame_not_by_pixel():
    # One pixel right in one frame and none of 3 in another: pooled pixels would give 1/4.
    pred, truth = frames(10, 5, 0, 0), frames(10, 5, 0, 0)
    truth[5:] = [5, 5, 5]
    pred[5:] = [0, 0, 0]
    assert avss_statistics(pred, truth).iou[5] / 10 == 0.5


def test_background_and_the_last_class_are_classes():
    result = avss_statistics(frames(10, 70, 0), frames(10, 70, 0))
    assert result.iou[0] == result.iou[70] == 10.0


def test_types_of_arrays_do_not_matter():
    pred, truth = random_clips(71)[0]
    expected = avss_statistics(pred, truth)
    other = avss_statistics(pred.astype(np.int64), truth.astype(np.int32))
    assert all(np.array_equal(a, b) for a, b in zip(expected, other))


def test_inputs_stay_as_they_are():
    clips = random_clips(71)
    before = [(pred.copy(), truth.copy()) for pred, truth in clips]
    scores(*clips)
    assert all(np.array_equal(a, b) for pairs in zip(clips, before) for a, b in zip(*pairs))


def test_wrong_arrays():
    good = np.zeros((10, 6, 7), np.uint8)
    for pred, truth in ((good, good[:5]), (good[0], good[0]), (good[:0], good[:0]), (np.zeros((11, 6, 7), int),) * 2):
        with pytest.raises(ValueError, match=r'one shape \[T, H, W\] with 1 to 10 frames'):
            avss_statistics(pred, truth)
    with pytest.raises(ValueError, match='pred must hold whole class indices 0..70, it is uint8 from 71 to 71'):
        avss_statistics(good + 71, good)
    with pytest.raises(ValueError, match='truth must hold whole class indices 0..70, it is int64 from -1 to -1'):
        avss_statistics(good, good.astype(int) - 1)
    with pytest.raises(ValueError, match='pred must hold whole class indices 0..70, it is float32'):
        avss_statistics(good.astype(np.float32), good)
    with pytest.raises(ValueError, match='at least one clip'):
        avss_scores([])
