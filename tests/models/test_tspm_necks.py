"""TSPM's necks under AV-Unified's head, by config alone."""
from pathlib import Path

import torch
from mmengine.optim import build_optim_wrapper
from mmengine.registry import init_default_scope

from avreg.config import load_config
from avreg.registry import MODELS
from tests.tree.test_configs import select_two, tiny_batch

CONFIG = Path(__file__).resolve().parents[2] / 'configs/avunified/music_avqa_tspm_necks.py'


def test_two_iterations_under_avunifieds_head():
    cfg = load_config(CONFIG)
    select_two(cfg)
    init_default_scope('avreg')
    torch.manual_seed(0)
    model = MODELS.build(cfg.model).train()
    assert [type(neck).__name__ for neck in model.necks][1:3] == ['TopKTPM', 'TokenMergeSPM']
    assert type(model.heads['music_avqa']).__name__ == 'QuestionAnsweringHead'
    optim_wrapper = build_optim_wrapper(model, cfg.optim_wrapper)
    before = {name: p.clone() for name, p in model.named_parameters()}
    losses = [float(model.train_step(tiny_batch('music_avqa'), optim_wrapper)['loss'].detach()) for _ in range(2)]
    assert all(loss == loss for loss in losses) and losses[0] != losses[1]
    changed = {name for name, p in model.named_parameters() if not torch.equal(p, before[name])}
    assert any(name.startswith('necks.2.') for name in changed) and any(name.startswith('backbones.visual.') for name in changed)
    assert not any(name.startswith('necks.1.') for name in changed), 'the selection is frozen'
