import itertools
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from mmengine.registry import DefaultScope
from mmengine.runner import Runner
from mmengine.runner.loops import _InfiniteDataloaderIterator

from avreg.datasets.samplers import TaskBatchSampler, TaskSampler, task_batch_sampler

LENGTHS = dict(ave=13, llp=40, music_avqa=100)


def fake(lengths=LENGTHS):
    ends = np.cumsum(list(lengths.values())).tolist()
    # Four samples a clip, but scattered.
    return SimpleNamespace(
        benchmarks=list(lengths), ranges=list(zip([0, *ends], ends)),
        clip_numbers=np.concatenate([100 * i + np.arange(n) % -(-n // 4) for i, n in enumerate(lengths.values())]))


def sampler(seed=3, rank=0, world=1, lengths=LENGTHS, **kwargs):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(task_batch_sampler, 'get_rank', lambda: rank)
        patch.setattr(task_batch_sampler, 'get_world_size', lambda: world)
        return TaskBatchSampler(TaskSampler(fake(lengths), seed), **{'batch_size': 4, **kwargs})


def take(s, n):
    return list(itertools.islice(s, n))


def benchmark_of(index, lengths=LENGTHS):
    return int(np.searchsorted(np.cumsum(list(lengths.values())), index, side='right'))


def test_a_batch_is_of_one_benchmark():
    s = sampler(batch_size=dict(ave=2, llp=3, music_avqa=5))
    seen = set()
    for batch in take(s, 200):
        which, = {benchmark_of(i) for i in batch}
        seen.add(which)
        assert len(batch) == (2, 3, 5)[which]
    assert seen == {0, 1, 2}


@pytest.mark.parametrize('world, size', [(1, 4), (2, 3), (3, 2)])
def test_no_sample_twice_in_an_epoch_over_all_ranks(world, size):
    ranks = [take(sampler(rank=r, world=world, batch_size=size), 300) for r in range(world)]
    streams = {0: [], 1: [], 2: []}
    for batches in zip(*ranks):
        which, = {benchmark_of(i) for batch in batches for i in batch}
        streams[which] += [int(i) for batch in batches for i in batch]
    for which, (start, stop) in enumerate(fake().ranges):
        epochs = len(streams[which]) // (stop - start)
        assert epochs >= 2
        orders = np.array(streams[which][:epochs * (stop - start)]).reshape(epochs, -1)
        assert (np.sort(orders, 1) == np.arange(start, stop)).all()
        assert (orders[0] != orders[1]).any()


def test_ranks_share_out_what_one_rank_would_see():
    one = take(sampler(batch_size=8), 50)
    ranks = [take(sampler(rank=r, world=2, batch_size=4), 50) for r in range(2)]
    for whole, first, second in zip(one, *ranks):
        assert whole == first + second
        assert [i.seed for i in whole] == [i.seed for i in first + second]


@pytest.mark.parametrize('block', [7, 4096])
@pytest.mark.parametrize('start', [0, 1, 6, 7, 20, 53])
def test_a_draw_depends_on_seed_and_iteration_alone(start, block, monkeypatch):
    monkeypatch.setattr(task_batch_sampler, 'BLOCK', block)
    whole, resumed = sampler(), sampler()
    resumed.set_start(start)
    expected = take(whole, 60)[start:]
    found = take(resumed, 60 - start)
    assert found == expected and [[i.seed for i in b] for b in found] == [[i.seed for i in b] for b in expected]


def test_far_start_is_quick_and_other_seeds_differ():
    s = sampler()
    s.set_start(1_000_000)
    assert len(take(s, 2)) == 2
    assert take(sampler(seed=3), 30) != take(sampler(seed=4), 30)


def test_seed_of_a_draw_tells_iteration_and_clip():
    draws = [(k, i) for k, batch in enumerate(take(sampler(), 100)) for i in batch]
    clips = fake().clip_numbers
    assert len({i.seed for _, i in draws}) == len({(k, clips[i]) for k, i in draws})
    assert all(i.seed[0] == 3 for _, i in draws)


@pytest.mark.parametrize('kwargs, shares', [(dict(), [1 / 3] * 3),
                                            (dict(sampling='proportional'), np.array([13, 40, 100]) / 153),
                                            (dict(sampling='tempered', temperature=1), np.array([13, 40, 100]) / 153),
                                            (dict(sampling='tempered', temperature=float('inf')), [1 / 3] * 3),
                                            (dict(sampling=dict(ave=1, llp=0, music_avqa=3)), [0.25, 0, 0.75])])
def test_shares(kwargs, shares):
    draws = [benchmark_of(batch[0]) for batch in take(sampler(**kwargs), 3000)]
    assert np.bincount(draws, minlength=3) / 3000 == pytest.approx(shares, abs=0.03)


@pytest.mark.parametrize('block', [4096, 64])
def test_other_shares_early(monkeypatch, block):
    monkeypatch.setattr(task_batch_sampler, 'BLOCK', block)
    kwargs = dict(early=(600, dict(ave=3, llp=1, music_avqa=0)), sampling='uniform')
    batches = take(sampler(**kwargs), 1200)
    draws = np.array([benchmark_of(batch[0]) for batch in batches])
    assert np.bincount(draws[:600], minlength=3) / 600 == pytest.approx([0.75, 0.25, 0], abs=0.06)
    assert np.bincount(draws[600:], minlength=3) / 600 == pytest.approx([1 / 3] * 3, abs=0.06)
    resumed = sampler(**kwargs)
    resumed.set_start(590)
    assert take(resumed, 30) == batches[590:620]


def test_tempered_lies_between():
    s = sampler(sampling='tempered', temperature=2)
    assert 13 / 153 < s.probabilities[0] < 1 / 3 < s.probabilities[2] < 100 / 153


def test_batch_larger_than_the_benchmark():
    for batch in take(sampler(batch_size=30), 20):
        assert len(batch) == 30 and len({benchmark_of(i) for i in batch}) == 1


def test_length_is_one_pass():
    assert len(sampler(batch_size=4)) == 4 + 10 + 25
    assert len(sampler(batch_size=4, world=2)) == 2 + 5 + 13


@pytest.mark.parametrize('kwargs, message', [(dict(sampling='unform'), 'sampling'),
                                             (dict(sampling=dict(ave=1)), 'weight'),
                                             (dict(sampling='tempered', temperature=0), 'temperature'),
                                             (dict(early=(0, 'uniform')), 'early'),
                                             (dict(early=(5, dict(ave=1))), 'weight'),
                                             (dict(batch_size=0), 'batch_size'),
                                             (dict(batch_size=dict(ave=1, lpp=2)), "did you mean 'llp'"),
                                             (dict(batch_size=dict(ave=1)), 'llp')])
def test_bad_options(kwargs, message):
    with pytest.raises(ValueError, match=message):
        sampler(**kwargs)


def test_sampler_needs_benchmarks():
    with pytest.raises(ValueError, match='list'):
        TaskSampler([1, 2])


def loader(concat, num_workers):
    with DefaultScope.overwrite_default_scope('avreg'):
        return Runner.build_dataloader(
            dict(dataset=concat, sampler=dict(type='TaskSampler'),
                 batch_sampler=dict(type='TaskBatchSampler', sampling='proportional'), batch_size=2,
                 num_workers=num_workers, collate_fn=dict(type='pseudo_collate')), seed=11)


def signature(batch):
    sums = [v.double().sum().item() for values in batch['inputs'].values() for v in values]
    return [s.sample_id for s in batch['data_samples']], sums


def test_through_the_runner_with_workers_and_resumed(concat):
    """MMEngine builds it, its endless iterator reads it; two workers and a resumed run see the same pixels."""
    batches = {}
    for name, workers, start in (('whole', 0, 0), ('workers', 2, 0), ('resumed', 2, 3)):
        data = loader(concat, workers)
        data.batch_sampler.set_start(start)
        iterator = _InfiniteDataloaderIterator(data)
        batches[name] = [signature(next(iterator)) for _ in range(7 - start)]
    assert batches['workers'] == batches['whole'] and batches['resumed'] == batches['whole'][3:]
    assert data.batch_sampler.seed == 11 and isinstance(next(iterator)['inputs']['audio'][0], torch.Tensor)


def test_samples_of_a_clip_are_drawn_together_with_one_seed():
    s = sampler(batch_size=dict(ave=2, llp=4, music_avqa=12), per_clip=dict(ave=1, llp=1, music_avqa=4))
    clips, seen = fake().clip_numbers, []
    for batch in take(s, 200):
        if benchmark_of(batch[0]) != 2:
            continue
        seen += [int(i) for i in batch]
        seeds = {}
        for i in batch:
            assert seeds.setdefault(clips[i], i.seed) == i.seed, 'one clip, one seed'
        assert len(set(seeds.values())) == len(seeds) <= 12 // 4 + 1
    start, stop = fake().ranges[2]
    epochs = np.array(seen[:len(seen) // 100 * 100]).reshape(-1, 100)
    assert len(epochs) >= 2 and (np.sort(epochs, 1) == np.arange(start, stop)).all(), 'every sample once an epoch'
    assert (epochs[0] != epochs[1]).any()


@pytest.mark.parametrize('n', [1, 10, 37, 200, 1000])
def test_how_often_a_benchmark_comes_is_no_matter_of_luck(n):
    weights = np.array([3, 3, 3, 1, 18, 50])
    lengths = {f'b{i}': 20 for i in range(len(weights))}
    for seed in range(5):
        draws = [benchmark_of(batch[0], lengths) for batch in take(sampler(seed, lengths=lengths, sampling=dict(zip(lengths, weights))), n)]
        assert np.abs(np.bincount(draws, minlength=len(weights)) - n * weights / weights.sum()).max() < 3
