"""CIoU, AVSObject and AVSSemantic as metrics: what they read, what they keep, in what order they score."""
import pickle
import tracemalloc

import numpy as np
import pytest
import torch

from avreg.evaluation import AVSObject, AVSSemantic, CIoU
from avreg.evaluation.functional import avs_scores, avs_statistics
from avreg.registry import METRICS
from avreg.structures import AVDataSample

from .samples import avs_sample, avss_sample, random_pixel_samples, vggss_sample

CONFIGS = {
    'vggss': dict(type='CIoU'),
    'avs_s4': dict(type='AVSObject', benchmark='avs_s4'),
    'avs_ms3': dict(type='AVSObject', benchmark='avs_ms3', fscore_batch=2),
    'avss': dict(type='AVSSemantic'),
}


def of(benchmark: str, **options) -> list[dict]:
    return [one.to_dict() for one in random_pixel_samples(**options) if one.benchmark == benchmark]


def evaluate(metric, samples: list[dict]) -> dict[str, float]:
    metric.process(None, samples)
    return metric.evaluate(len({sample['sample_id'] for sample in samples}))


@pytest.mark.parametrize('benchmark, keys', [
    ('vggss', ('ciou', 'auc')), ('avs_s4', ('miou', 'fscore')), ('avs_ms3', ('miou', 'fscore')),
    ('avss', ('miou', 'fscore')),
])
def test_built_from_the_registry(benchmark, keys):
    results = evaluate(METRICS.build(CONFIGS[benchmark]), of(benchmark))
    assert list(results) == [f'{benchmark}/{key}' for key in keys]
    assert all(type(value) is float and 0 < value < 100 for value in results.values())


@pytest.mark.parametrize('benchmark', CONFIGS)
def test_order_and_repeated_samples_change_no_digit(benchmark):
    samples = of(benchmark)
    expected = evaluate(METRICS.build(CONFIGS[benchmark]), samples)
    assert evaluate(METRICS.build(CONFIGS[benchmark]), samples[4:] + samples[:6]) == expected


def test_batches_follow_the_annotations_not_the_ids():
    samples = of('avs_s4')
    assert [sample['sample_id'] for sample in samples] != sorted(sample['sample_id'] for sample in samples)
    statistics = [avs_statistics(sample['pred_prob'].numpy(), sample['gt_masks'].numpy()) for sample in samples]
    scores = {f'avs_s4/{key}': value for key, value in avs_scores(statistics, fscore_batch=2).items()}
    assert evaluate(AVSObject('avs_s4', fscore_batch=2), samples[::-1]) == scores
    by_id = sorted(range(len(samples)), key=lambda i: samples[i]['sample_id'])
    assert avs_scores([statistics[i] for i in by_id], 2)['fscore'] != pytest.approx(scores['avs_s4/fscore'])


def test_batches_need_the_place_in_the_annotations():
    masks = np.ones((5, 2, 2), np.float32)
    placeless = avs_sample('avs_s4', 'cat/v', masks, masks).to_dict()
    assert evaluate(AVSObject('avs_s4'), [placeless]) == pytest.approx({'avs_s4/miou': 100.0, 'avs_s4/fscore': 100.0})
    with pytest.raises(ValueError, match="sample 'cat/v' of avs_s4 has no sample_idx.*which fscore_batch=4 needs"):
        AVSObject('avs_s4', fscore_batch=4).process(None, [placeless])
    twice = [avs_sample('avs_s4', name, masks, masks, 7).to_dict() for name in ('a', 'b')]
    with pytest.raises(ValueError, match="'a' and 'b' of avs_s4 both have sample_idx 7"):
        evaluate(AVSObject('avs_s4', fscore_batch=4), twice)


@pytest.mark.parametrize('fscore_batch', [0, -1, 2.0, '4', None])
def test_wrong_batch(fscore_batch):
    with pytest.raises(ValueError, match='fscore_batch='):
        AVSObject('avs_s4', fscore_batch=fscore_batch)


def test_the_benchmark_of_avs_object_is_not_guessed():
    with pytest.raises(ValueError, match='AVSObject does not know its benchmark'):
        AVSObject()


@pytest.mark.parametrize('benchmark', CONFIGS)
def test_memory_does_not_grow_with_masks(benchmark):
    def sample(i):
        if benchmark == 'vggss':
            return vggss_sample(f'v{i}', torch.rand(224, 224), torch.tensor([[0.1, 0.1, 0.6, 0.9]])).to_dict()
        if benchmark == 'avss':
            return avss_sample(f'v{i}', 'v2', *torch.randint(71, (2, 10, 224, 224), dtype=torch.uint8)).to_dict()
        return avs_sample(benchmark, f'v{i}', torch.rand(5, 224, 224), torch.ones(5, 224, 224), i).to_dict()

    metric = METRICS.build(CONFIGS[benchmark])
    metric.process(None, [sample(0)])
    tracemalloc.start()
    for i in range(1, 11):
        metric.process(None, [sample(i)])
    kept = tracemalloc.get_traced_memory()[0] / 10
    tracemalloc.stop()
    assert kept < 12288, f'{kept:.0f} bytes a clip stay in memory'
    assert len(pickle.dumps(metric.results)) < 11 * 12288  # what travels to other ranks


def test_two_samples_under_one_id():
    empty = np.zeros((5, 4, 4), np.uint8)
    full = np.ones_like(empty)
    with pytest.raises(ValueError, match="have the id 'v' and different annotations"):
        evaluate(AVSSemantic(), [avss_sample('v', 'v1s', empty, masks).to_dict() for masks in (empty, full)])
    with pytest.raises(ValueError, match="have the id 'v' and different annotations"):
        evaluate(AVSObject('avs_s4'), [avs_sample('avs_s4', 'v', empty, masks).to_dict() for masks in (empty, full)])
    with pytest.raises(ValueError, match="have the id 'v' and different annotations"):
        evaluate(CIoU(), [vggss_sample('v', torch.ones(7, 7), [[0, 0, x, 1]]).to_dict() for x in (0.5, 0.6)])


def test_a_sample_without_boxes_is_a_miss():
    assert evaluate(CIoU(), [vggss_sample('v', torch.rand(7, 7), []).to_dict()]) == pytest.approx(
        {'vggss/ciou': 0.0, 'vggss/auc': 2.5})  # IoU 0 reaches threshold 0


def test_flickr_soundnet_by_the_consensus_of_its_annotators():
    metric, truth = CIoU('flickr_soundnet'), torch.zeros(224, 224)
    truth[:, :112], truth[:, 56:112] = 1, 0.5
    for name, heatmap in (('hit', [[1.0, 1.0, 0.0, 0.0]]), ('miss', [[0.0, 1.0, 1.0, 0.0]])):
        sample = AVDataSample(metainfo=dict(benchmark='flickr_soundnet', sample_id=name))
        sample.pred_heatmap, sample.gt_map = torch.tensor(heatmap).repeat_interleave(56, 1).repeat_interleave(224, 0), truth
        metric.process(None, [sample.to_dict()])
    entries = metric.collect()
    assert metric.score(entries)['flickr_soundnet/ciou'] == 50 and len(pickle.dumps(entries)) < 2000
    # The whole image: 0.375 / (0.375 + 0.5).
    assert metric.trivial_scores(entries)['whole image']['ciou'] == 0 and metric.trivial_scores(entries)['whole image']['auc'] > 40


def test_fields_that_are_missing():
    bare = AVDataSample(metainfo=dict(sample_id='v')).to_dict()
    for metric, field in ((CIoU(), 'pred_heatmap'), (AVSObject('avs_s4'), 'pred_prob'), (AVSSemantic(), 'pred_labels')):
        with pytest.raises(ValueError, match=f"sample 'v' of {metric.benchmark} has no '{field}'"):
            metric.process(None, [bare])


@pytest.mark.parametrize('metric, sample, message', [
    (CIoU(), vggss_sample('v', torch.full((7, 7), float('nan')), []), "'v' of vggss: the heatmap holds 49 values"),
    (AVSObject('avs_ms3'), avs_sample('avs_ms3', 'v', torch.full((5, 2, 2), 1.5), torch.zeros(5, 2, 2)),
     "'v' of avs_ms3: prob must lie in 0..1"),
    (AVSObject('avs_ms3'), avs_sample('avs_ms3', 'v', torch.zeros(5, 2, 2), torch.zeros(5, 4, 4)),
     r"'v' of avs_ms3: prob and truth must have one shape .* \[5, 2, 2\] and \[5, 4, 4\]"),
    (AVSSemantic(), avss_sample('v', 'v1s', *torch.zeros(2, 10, 2, 2, dtype=torch.uint8)),
     r"'v' of avss: gt_masks has shape \[10, 2, 2\], but a clip of v1s has 5 frames"),
    (AVSSemantic(), avss_sample('v', 'v2', torch.full((10, 2, 2), 71), torch.zeros(10, 2, 2, dtype=torch.long)),
     "'v' of avss: pred must hold whole class indices 0..70"),
    (AVSSemantic(), avss_sample('v', 'v3', *torch.zeros(2, 5, 2, 2, dtype=torch.uint8)),
     "'v' of avss: its subset is 'v3'; valid: v1m, v1s, v2"),
])
def test_fields_that_are_wrong(metric, sample, message):
    with pytest.raises(ValueError, match=message):
        metric.process(None, [sample.to_dict()])
