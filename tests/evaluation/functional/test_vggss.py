"""cIoU and AUC of sound source localization."""
import numpy as np
import pytest
import torch

from avreg.evaluation.functional import consensus_iou, vggss_iou, vggss_scores

FULL = [[0.0, 0.0, 1.0, 1.0]]
LEFT_HALF = [[0.0, 0.0, 0.5, 1.0]]
NOTHING = np.zeros((0, 4))


def plain_iou(heatmap: np.ndarray, boxes) -> float:
    """The definition, pixel by pixel, of a float32[224, 224]."""
    pixels = [-value for value in heatmap.ravel()]
    low, high = min(pixels), max(pixels)
    if high != low:
        pixels = [(value - low) / (high - low) for value in pixels]
    score = [1 - value for value in pixels]
    theta = sorted(score)[25088]
    edges = [[int(224 * max(value, 0)) for value in box] for box in boxes]
    hit = either = 0
    for number, value in enumerate(score):
        y, x = divmod(number, 224)
        true = any(left <= x < right and top <= y < bottom for left, top, right, bottom in edges)
        predicted = value > theta or value >= 1
        hit += true and predicted
        either += true or predicted
    return hit / either if either else float('nan')


@pytest.mark.parametrize('levels', [2, 3, 256, None])
def test_equals_loop(levels):
    rng = np.random.default_rng(levels or 0)
    heatmap = rng.standard_normal((224, 224)).astype(np.float32)
    if levels:  # many pixels share a value
        heatmap = np.round(heatmap * levels / 8)
    boxes = [[0.1, 0.2, 0.63, 0.7], [0.5, 0.45, 0.9, 1.2]]
    assert vggss_iou(heatmap, np.array(boxes)) == plain_iou(heatmap, boxes)


@pytest.mark.parametrize('boxes, pixels', [
    ([[0.25, 0.5, 0.75, 1.0]], 112 * 112),
    ([[0.0, 0.0, 0.5, 0.5], [0.25, 0.0, 0.75, 0.5]], 168 * 112),  # the union
    ([[0.0, 0.0, 0.999, 1.0]], 223 * 224),  # truncated, not rounded
    ([[-0.3, 0.0, 0.5, 1.0]], 112 * 224),
    ([[0.5, 0.0, 1e30, 1.7]], 112 * 224),
    ([[0.5, 0.0, -2.9e16, 1.0]], 0),
    ([[0.7, 0.1, 0.2, 0.9]], 0),  # ends before it begins
    ([[0.3, 0.1, 0.3, 0.9]], 0),  # no area
])
def test_boxes(boxes, pixels):
    assert vggss_iou(np.ones((7, 7)), np.array(boxes)) == pixels / 224**2  # everything is predicted


@pytest.mark.parametrize('size', [(7, 7), (14, 14), (9, 13), (28, 20), (300, 250)])
def test_maps_are_resized_half_pixel_bilinear(size):
    heatmap = np.random.default_rng(0).random(size, np.float32)
    assert vggss_iou(heatmap, LEFT_HALF) == pytest.approx(vggss_iou(torch_resize(heatmap), LEFT_HALF), abs=1e-3)


def test_corners_of_pixels_are_not_aligned():
    heatmap = np.random.default_rng(0).random((7, 7), np.float32)
    aligned = torch_resize(heatmap, align_corners=True)
    assert vggss_iou(heatmap, LEFT_HALF) != pytest.approx(vggss_iou(aligned, LEFT_HALF), abs=1e-3)


def torch_resize(heatmap: np.ndarray, **options) -> np.ndarray:
    batch = torch.from_numpy(heatmap)[None, None]
    return torch.nn.functional.interpolate(batch, (224, 224), mode='bilinear', **options)[0, 0].numpy()


def test_scale_and_type_of_a_map_do_not_matter():
    heatmap = np.random.default_rng(1).integers(0, 100, (14, 14)).astype(np.float16)
    iou = vggss_iou(heatmap, LEFT_HALF)
    assert 0 < iou < 1
    assert iou == vggss_iou(heatmap.astype(np.float64), LEFT_HALF) == vggss_iou(heatmap.astype(np.int64), LEFT_HALF)
    assert iou == vggss_iou(heatmap.astype(np.float32) * 8 - 256, LEFT_HALF)


@pytest.mark.parametrize('value, iou', [(0.0, 1.0), (0.7, 1.0), (-0.5, 0.0)])
def test_a_constant_map_is_not_normalised(value, iou):
    assert vggss_iou(np.full((224, 224), value), np.array(FULL)) == iou


def test_pixels_equal_to_the_median_are_not_predicted():
    # 20,000 pixels above 20,176 that hold the median.
    heatmap = np.repeat([0.0, 0.5, 1.0], [10000, 20176, 20000]).reshape(224, 224)
    assert vggss_iou(heatmap, np.array(FULL)) == 20000 / 50176


@pytest.mark.parametrize('number, predicted', [(25087, 25087), (25088, 25088), (40000, 40000)])
def test_a_shared_maximum_is_predicted_even_if_it_is_the_median(number, predicted):
    rising = np.linspace(0, 0.9, 50176 - number)
    heatmap = np.concatenate([rising, np.ones(number)]).reshape(224, 224)
    assert vggss_iou(heatmap, np.array(FULL)) == predicted / 50176


def test_at_most_half_of_the_image_is_predicted_otherwise():
    assert vggss_iou(np.arange(50176).reshape(224, 224), np.array(FULL)) == 25087 / 50176


def test_nan_where_nothing_is_annotated_and_nothing_predicted():
    assert np.isnan(vggss_iou(np.full((224, 224), -1.0), NOTHING))
    assert vggss_iou(np.ones((224, 224)), NOTHING) == 0.0


def test_scores_by_hand():
    # Shares: 1 at 0 to 0.5, 0.5 at 0.55 to 1.
    assert vggss_scores([0.5, 1.0]) == {'ciou': 100.0, 'auc': pytest.approx(100 * (0.5 + 0.05 * 0.75 + 0.45 * 0.5))}
    assert vggss_scores([0.0, 0.499]) == {'ciou': 0.0, 'auc': pytest.approx(100 * (0.025 * 1.5 + 0.4 * 0.5 + 0.0125))}


def test_nan_fails_every_threshold_and_counts():
    scores = vggss_scores([1.0, float('nan')])
    assert scores == {'ciou': 50.0, 'auc': pytest.approx(50.0)}


@pytest.mark.parametrize('iou, intervals', [(0.15, 2.5), (0.3, 5.5), (0.35, 6.5), (0.25, 5.5), (0.5, 10.5)])
def test_thresholds_are_double_products(iou, intervals):
    # 0.05 * 3, 0.05 * 6 and 0.05 * 7 are a little above 0.15, 0.3 and 0.35: a miss there. 0.05 * 5 is 0.25.
    assert vggss_scores([iou])['auc'] == pytest.approx(100 * 0.05 * intervals)


def test_scores_equal_loop_in_any_order():
    ious = np.random.default_rng(2).random(50)
    x = [0.05 * i for i in range(21)]
    r = [sum(iou >= threshold for iou in ious) / 50 for threshold in x]
    area = sum((x[i + 1] - x[i]) * (r[i] + r[i + 1]) / 2 for i in range(20))
    assert vggss_scores(ious) == pytest.approx({'ciou': 100 * r[10], 'auc': 100 * area})
    assert vggss_scores(ious[::-1]) == vggss_scores(ious)


def test_inputs_stay_as_they_are():
    heatmap, boxes = np.random.default_rng(3).random((224, 224), np.float32), np.array([[-1.0, 0.0, 2.0, 0.5]])
    before = heatmap.copy(), boxes.copy()
    vggss_iou(heatmap, boxes)
    assert np.array_equal(heatmap, before[0]) and np.array_equal(boxes, before[1])


@pytest.mark.parametrize('heatmap, boxes, message', [
    (np.zeros((1, 7, 7)), FULL, r'a heatmap is \[h, w\].* shape \[1, 7, 7\]'),
    (np.zeros((0, 7)), FULL, 'at least one pixel'),
    (np.array([[0.0, np.nan]]), FULL, '1 values that are NaN or infinite'),
    (np.array([[0.0, 1e300]]), FULL, '1 values that are NaN or infinite'),
    (np.zeros((7, 7)), np.zeros(4), r'boxes are \[n, 4\].*shape \[4\]'),
    (np.zeros((7, 7)), [[0, 0, np.nan, 1]], 'without NaN'),
])
def test_wrong_inputs(heatmap, boxes, message):
    with pytest.raises(ValueError, match=message):
        vggss_iou(heatmap, np.array(boxes))


def test_no_clip():
    with pytest.raises(ValueError, match='at least one clip'):
        vggss_scores([])


def columns(*values: float) -> np.ndarray:
    """A map [224, 224] of as many upright stripes."""
    return np.repeat(np.array(values), 224 // len(values))[None].repeat(224, 0)


@pytest.mark.parametrize('heatmap, iou', [
    ([1, 1, 0, 0], 1.0),  # all of the consensus and nothing else
    ([0, 1, 1, 0], 0.125 / (0.375 + 0.25)),  # half a vote is half a hit, and what nobody marked is a whole mistake
    ([0, 0, 1, 1], 0.0),
])
def test_consensus_weighs_the_overlap(heatmap, iou):
    assert consensus_iou(columns(*heatmap), columns(1, 0.5, 0, 0)) == pytest.approx(iou)


def test_consensus_of_one_annotator_is_the_plain_iou():
    heatmap = np.random.default_rng(0).random((14, 14))
    assert consensus_iou(heatmap, columns(1, 1, 0, 0)) == vggss_iou(heatmap, LEFT_HALF)
    assert np.isnan(consensus_iou(-np.ones((7, 7)), columns(0)))


@pytest.mark.parametrize('consensus, message', [
    (np.ones((256, 256)), r'compared at \[224, 224\], this one has shape \[256, 256\]; FlickrSoundNet\(map_size=224\)'),
    (columns(0, 3), r'in 0..1, this one is in 0.0..3.0'), (columns(0, float('nan')), 'in 0..1'),
])
def test_a_consensus_of_another_kind_is_refused(consensus, message):
    with pytest.raises(ValueError, match=message):
        consensus_iou(np.ones((7, 7)), consensus)
