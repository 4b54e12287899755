import json
from types import SimpleNamespace

import pytest
import torch

from avreg.engine import BadMediaHook, MetricsFileHook, ReproducibilityHook


class Sampler:

    def set_start(self, iteration):
        self.start = iteration


def runner(tmp_path, iteration=0, **extra):
    lines = []
    logger = SimpleNamespace(info=lines.append, warning=lines.append)
    loader = SimpleNamespace(batch_sampler=Sampler(), dataset=SimpleNamespace(set_bad_media_log=lambda path: lines.append(path)))
    return SimpleNamespace(iter=iteration, seed=7, work_dir=tmp_path, logger=logger, train_dataloader=loader, lines=lines, **extra)


def draws(hook, run):
    hook.before_train_iter(run, run.iter)
    return torch.rand(3).tolist()


def test_generators_depend_on_seed_and_iteration_alone(tmp_path):
    hook = ReproducibilityHook()
    first = draws(hook, runner(tmp_path, 5))
    torch.rand(100)
    assert draws(hook, runner(tmp_path, 5)) == first
    assert draws(hook, runner(tmp_path, 6)) != first


def test_sampler_is_put_at_the_iteration(tmp_path):
    run = runner(tmp_path, 12)
    ReproducibilityHook().before_train(run)
    assert run.train_dataloader.batch_sampler.start == 12


def test_sampler_that_cannot_start_anywhere_is_refused(tmp_path):
    run = runner(tmp_path)
    run.train_dataloader.batch_sampler = object()
    with pytest.raises(ValueError, match='has no set_start.*TaskBatchSampler'):
        ReproducibilityHook().before_train(run)


@pytest.mark.parametrize('iteration, kept', [(0, False), (3, True)])
def test_list_of_bad_media_belongs_to_one_run(tmp_path, iteration, kept):
    path = tmp_path / 'bad_media.jsonl'
    path.write_text('{"id": "a"}\n')
    run = runner(tmp_path, iteration)
    BadMediaHook().before_train(run)
    assert path.exists() == kept and run.lines == [path]


def test_metrics_are_written_and_shown(tmp_path):
    run = runner(tmp_path)
    run.test_evaluator = SimpleNamespace(baselines={'silent model': {'ave/accuracy': 12.25}})
    MetricsFileHook().after_test_epoch(run, {'ave/accuracy': 75.5, 'score': 75.5})
    assert json.loads((tmp_path / 'metrics.json').read_text()) == {'ave/accuracy': 75.5, 'score': 75.5}
    assert '75.50' in run.lines[0] and '12.25' in run.lines[0] and 'silent model' in run.lines[0]
