import json

import numpy as np
import pytest
import torch

from avreg.models.heads import DenseEventHead
from avreg.models.layers import EventPoints, EventTargets
from avreg.structures import AVDataSample, AVFeatures, PyramidLevel
from tests.models.ccnet import GRID, LENGTHS, K, T, golden, golden_samples
from tests.models.golden import assert_golden

SIZES = [T >> level for level in range(6)]


@pytest.fixture(scope='module')
def case():
    return golden('targets')


def head(**options) -> DenseEventHead:
    torch.manual_seed(0)
    return DenseEventHead(**{**dict(channels=8, head_channels=8, num_classes=K, grid=GRID), **options})


def pyramid(lengths=LENGTHS) -> AVFeatures:
    g = torch.Generator().manual_seed(0)
    levels = []
    for level, size in enumerate(SIZES):
        valid = torch.arange(size) * 2**level < torch.tensor(lengths)[:, None]
        levels.append(PyramidLevel(torch.randn(len(lengths), size, 8, generator=g) * valid.unsqueeze(-1), valid, 2**level))
    return AVFeatures(pyramid=levels)


def test_points_and_targets(case):
    model, feats = head(), pyramid()
    assert np.array_equal(model._points(feats), case['points'])
    for i in range(3):
        assert_golden(model.grid.of_seconds(case[f'gt{i}_seconds']), case[f'gt{i}_grid'])
    classes, offsets = model.targets(feats, golden_samples(case)).dense(3, 126, K)
    for i in range(3):
        assert np.array_equal(classes[i], case[f'gt{i}_cls_targets'])
        assert_golden(offsets[i], case[f'gt{i}_offset_targets'])


def test_targets_of_a_video_without_events(case):
    samples = golden_samples(case)
    samples[1].gt_spans, samples[1].gt_span_labels = torch.zeros(0, 2, dtype=torch.float64), torch.zeros(0, dtype=torch.int64)
    targets = head().targets(pyramid(), samples)
    assert set(targets.video.tolist()) == {0, 2}
    for sample in samples:
        sample.gt_spans, sample.gt_span_labels = samples[1].gt_spans, samples[1].gt_span_labels
    assert len(head().targets(pyramid(), samples).video) == 0


@pytest.mark.parametrize('ranges', [((0, 4), (4, 8), (8, 16), (16, 32), (32, 64), (64, 10000)), ((0, 10000), (2, 5.5), (0, 3))], ids=len)
def test_targets_against_loops(ranges):
    g = torch.Generator().manual_seed(3)
    B, N, sizes, strides = 4, 30, SIZES[:len(ranges)], [2**level for level in range(len(ranges))]
    start = torch.rand(B, N, generator=g) * 70 - 4
    # Ends on points, at the ends of ranges and before the start of the video too.
    start[:, ::3] = start[:, ::3].round()
    end = start + torch.rand(B, N, generator=g).square() * 60
    end[:, ::3] = end[:, ::3].round()
    spans, labels = torch.stack([start, end], -1), torch.randint(-1, K, (B, N), generator=g)
    points = EventPoints(ranges)
    classes, offsets = points.assign(sizes, strides, spans, labels).dense(B, sum(sizes), K)
    for b in range(B):
        for p, (t, low, high, stride) in enumerate(points(sizes, strides).tolist()):
            wanted = {}
            for (start, end), label in zip(spans[b].tolist(), labels[b].tolist()):
                if label >= 0 and start < t < end and low <= max(t - start, end - t) <= high:
                    wanted[label] = [(t - start) / stride, (end - t) / stride]
            assert set(classes[b, p].nonzero().flatten().tolist()) == set(wanted)
            for label, pair in wanted.items():
                assert offsets[b, p, label].tolist() == pytest.approx(pair, rel=1e-5, abs=1e-5)


@pytest.mark.parametrize('prefix, options', [('', {}), ('smooth_', dict(label_smoothing=0.1)), ('auto_', dict(span_weight=-1))])
def test_losses_and_running_average(case, prefix, options):
    model, feats = head(**options).train(), pyramid()
    logits, offsets = torch.from_numpy(case['loss_logits']), torch.from_numpy(case['loss_offsets'])
    targets = model.targets(feats, golden_samples(case))
    for turn in range(2):
        before, after = case[f'{prefix}normalizer{turn}']
        assert model.normalizer.item() == pytest.approx(before, rel=1e-6)
        losses = model.loss_by_feat(logits, offsets, model._valid(feats), targets)
        assert model.normalizer.item() == pytest.approx(after, rel=1e-6)
        cls, reg, total = case[f'{prefix}loss{turn}']
        assert losses['loss_class'].item() == pytest.approx(cls, rel=1e-5)
        assert sum(losses.values()).item() == pytest.approx(total, rel=1e-5)
        if not prefix:
            assert losses['loss_span'].item() == pytest.approx(reg, rel=1e-5)


def test_no_positive_point_leaves_a_gradient_path(case):
    model, feats = head().train(), pyramid()
    offsets = torch.from_numpy(case['loss_offsets']).requires_grad_()
    nothing = EventTargets(*torch.zeros(3, 0, dtype=torch.int64), torch.zeros(0, 2))
    losses = model.loss_by_feat(torch.from_numpy(case['loss_logits']), offsets, model._valid(feats), nothing)
    assert [losses['loss_class'].item(), losses['loss_span'].item(), sum(losses.values()).item()] == pytest.approx(
        case['empty_loss'].tolist(), rel=1e-5)
    assert model.normalizer.item() == pytest.approx(case['empty_normalizer'][1], rel=1e-6)
    losses['loss_span'].backward()
    assert offsets.grad is not None and not offsets.grad.any()


def test_evaluation_leaves_the_running_average_alone_and_a_checkpoint_keeps_it(case):
    model = head().eval()
    model.loss(pyramid(), golden_samples(case))
    assert model.normalizer == 250
    model.train().loss(pyramid(), golden_samples(case))
    other = head()
    other.load_state_dict(model.state_dict())
    assert other.normalizer == model.normalizer != 250


def test_events_from_raw_outputs():
    case = golden('postproc')
    settings = json.loads(str(case['test_cfg']))
    model = head(pre_nms_score=settings['pre_nms_thresh'], pre_nms_limit=settings['pre_nms_topk'], min_score=settings['min_score'],
                 max_events=settings['max_seg_num'], nms_sigma=settings['nms_sigma'], min_length=settings['duration_thresh'])
    feats = pyramid(case['lengths'].tolist())
    spans, scores, labels = model.predict_by_feat(
        torch.from_numpy(case['logits']), torch.from_numpy(case['offsets']), model._points(feats), model._valid(feats), SIZES,
        torch.from_numpy(case['durations']))
    for i in range(2):
        keep = scores[i] > 0
        assert_golden(scores[i][keep], case[f'det{i}_scores'])
        assert_golden(spans[i][keep], case[f'det{i}_segments'])
        assert labels[i][keep].tolist() == case[f'det{i}_labels'].tolist()


@pytest.mark.parametrize('options', [{}, dict(nms='hard'), dict(nms=None), dict(class_agnostic=True),
                                     dict(class_agnostic=True, voting=None)], ids=str)
def test_predictions_are_sorted_inside_the_video_and_at_most_so_many(options):
    samples = [AVDataSample(metainfo=dict(duration=float(n) / 4)) for n in LENGTHS]
    with torch.no_grad():
        samples = head(prior=0.3, max_events=20, **options).eval().predict(pyramid(), samples)
    for sample in samples:
        assert sample.pred_spans.dtype == torch.float64 and 0 < len(sample.pred_spans) <= 20
        assert (sample.pred_spans >= 0).all() and (sample.pred_spans <= sample.duration).all()
        assert (sample.pred_span_scores.diff() <= 0).all() and set(sample.pred_span_labels.tolist()) <= set(range(K))


def test_suppression_changes_scores_only_where_classes_meet():
    samples = [AVDataSample(metainfo=dict(duration=10.0)) for _ in LENGTHS]
    with torch.no_grad():
        none, soft = (head(prior=0.3, nms=nms).eval().predict(pyramid(), samples)[0].pred_span_scores for nms in (None, 'soft'))
    assert none[0] == soft[0] and soft.sum() < none.sum()


def test_classes_without_samples_start_lower():
    bias = head(empty_classes=(2, )).classify.out.bias
    assert bias[2].sigmoid().item() == pytest.approx(1e-6, rel=1e-3) and bias[0].sigmoid().item() == pytest.approx(0.01, rel=1e-3)


def test_errors_say_what_would_be_right():
    with pytest.raises(ValueError, match='ranges for 5 levels, but the pyramid has 6'):
        head(ranges=((0, 4), ) * 5)(pyramid())
    with pytest.raises(ValueError, match="the choices are 'soft', 'hard' and None"):
        head(nms='fuzzy')
