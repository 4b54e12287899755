from types import SimpleNamespace

import pytest

from avreg.datasets.samplers import SequentialTaskBatchSampler, TaskSampler, sequential_task_batch_sampler


def sampler(rank=0, world=1, batch_size=4, ends=(10, 11, 30)):
    dataset = SimpleNamespace(benchmarks=['ave', 'llp', 'music_avqa'], ranges=list(zip((0, *ends), ends)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sequential_task_batch_sampler, 'get_rank', lambda: rank)
        patch.setattr(sequential_task_batch_sampler, 'get_world_size', lambda: world)
        return SequentialTaskBatchSampler(TaskSampler(dataset), batch_size)


def test_all_samples_in_order_without_mixing():
    batches = list(sampler())
    assert [i for batch in batches for i in batch] == list(range(30))
    assert batches[2:5] == [[8, 9], [10], [11, 12, 13, 14]]
    assert len(sampler()) == len(batches) == 3 + 1 + 5


@pytest.mark.parametrize('world', [2, 3, 4, 20])
def test_batches_do_not_depend_on_the_number_of_ranks(world):
    whole = list(sampler())
    ranks = [list(sampler(rank, world)) for rank in range(world)]
    assert {len(batches) for batches in ranks} == {len(sampler(0, world))}
    dealt = [batch for turn in zip(*ranks) for batch in turn]
    assert dealt[:len(whole)] == whole and all(batch == whole[-1] for batch in dealt[len(whole):])
    assert len(dealt) - len(whole) < world


def test_batch_size_of_each_benchmark():
    assert {len(b) for b in sampler(batch_size=dict(ave=5, llp=1, music_avqa=19))} == {5, 1, 19}
