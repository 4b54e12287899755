import pytest
import torch
from torch.utils.data import DataLoader

from avreg.datasets import AVE, BenchmarkConcat, DrawIndex


def flat(samples):
    return [torch.cat([x.flatten().double() for x in s['inputs'].values()]) for batch in samples for s in batch]


def test_ranges_and_samples(concat):
    assert concat.benchmarks == ['ave', 'llp', 'music_avqa']
    assert concat.ranges == [(0, 6), (6, 11), (11, 17)] and len(concat) == 17
    for name, (start, stop) in zip(concat.benchmarks, concat.ranges):
        assert {concat.get_data_info(i)['benchmark'] for i in range(start, stop)} == {name}
    assert set(concat.metainfo['benchmarks']) == {'ave', 'llp', 'music_avqa'}


@pytest.mark.parametrize('index', [-1, 17])
def test_index_outside(concat, index):
    with pytest.raises(IndexError, match=str(index)):
        concat[index]


def test_draw_index_is_handed_on(concat, ave_root):
    seen = []
    concat.datasets[1].pipeline = lambda results: seen.append((results['sample_id'], results['rng'].random()))
    concat[DrawIndex(8, (1, 2, 8))], concat[DrawIndex(8, (1, 2, 8))], concat[DrawIndex(8, (1, 3, 8))]
    assert seen[0] == seen[1] and seen[0][1] != seen[2][1]
    assert seen[0][0] == seen[2][0] == concat.get_data_info(8)['sample_id']


def test_a_benchmark_comes_once(ave_root):
    with pytest.raises(ValueError, match='one dataset for each'):
        BenchmarkConcat([AVE(str(ave_root)), AVE(str(ave_root), 'val')])
    with pytest.raises(ValueError):
        BenchmarkConcat([])


def test_workers_change_nothing(concat):
    batches = [[DrawIndex(i, (7, k, i)) for i in batch]
               for k, batch in enumerate([[0, 3, 5], [6, 7], [11, 16], [0, 3, 5]])]
    one, two = (list(DataLoader(concat, batch_sampler=batches, num_workers=n, collate_fn=list)) for n in (0, 2))
    for a, b in zip(flat(one), flat(two), strict=True):
        assert torch.equal(a, b)
    assert any(not torch.equal(a, b) for a, b in zip(flat(one[:1]), flat(one[3:])))
