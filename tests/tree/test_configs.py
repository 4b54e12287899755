"""Every config of the checkout loads, passes the check, builds, and takes a step for each of its benchmarks."""
from pathlib import Path

import pytest
import torch
from mmengine.optim import build_optim_wrapper
from mmengine.registry import init_default_scope

from avreg.config import check_config, load_config
from avreg.registry import MODELS
from tests.models.samples import make_samples

REPO = Path(__file__).resolve().parents[2]
CONFIGS = sorted(str(p.relative_to(REPO)) for folder in ('configs', 'plugins') for p in (REPO / folder).rglob('*.py')
                 if '_base_' not in p.parts and (folder == 'configs' or 'configs' in p.relative_to(REPO).parts) and p.name != '__init__.py')


def tiny_batch(benchmark: str) -> dict:
    """Two clips of 2 and 3 seconds."""
    g = torch.Generator().manual_seed(0)
    lengths = (2, 3)
    inputs = dict(audio=[torch.randn(n, 1, 96, 64, generator=g) for n in lengths],
                  visual=[torch.randint(256, (n, 3, 112, 112), generator=g, dtype=torch.uint8) for n in lengths],
                  text=[torch.tensor([5, 6, 7]), torch.tensor([8, 9])])
    return dict(inputs=inputs, data_samples=make_samples(benchmark, lengths))


def test_there_are_configs():
    assert 'configs/avunified/all_tasks.py' in CONFIGS and any(c.startswith('plugins/example/') for c in CONFIGS)


@pytest.mark.parametrize('path', CONFIGS)
def test_config_builds_and_takes_a_step(path):
    cfg = load_config(REPO / path)
    check_config(cfg)
    init_default_scope('avreg')
    torch.manual_seed(0)
    model = MODELS.build(cfg.model).train()
    optim_wrapper = build_optim_wrapper(model, cfg.optim_wrapper)
    for benchmark in cfg.model.heads:
        losses = model.train_step(tiny_batch(benchmark), optim_wrapper)
        assert torch.isfinite(losses['loss']), benchmark
    assert cfg.train_dataloader.dataset and cfg.test_evaluator
    assert set(cfg.val_evaluator.metrics) == set(cfg.model.heads), 'every head is evaluated'


@pytest.mark.parametrize('path', CONFIGS)
def test_config_says_what_it_is_and_how_to_run_it(path):
    text = (REPO / path).read_text()
    assert text.startswith('"""'), 'a config opens with a docstring'
    assert f'python tools/train.py {path}' in text, 'its docstring gives the command'
