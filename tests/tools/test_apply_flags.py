"""The flags of tools/train.py that change the config, also where it lacks the keys."""
import argparse
import runpy

import pytest
from mmengine.config import Config

FLAGS = dict(config='c.py', amp=False, no_validate=False, auto_scale_lr=False, seed=None, deterministic=False)


@pytest.fixture(scope='module')
def apply_flags(repo):
    function = runpy.run_path(str(repo / 'tools/train.py'))['apply_flags']
    return lambda cfg, **flags: function(cfg, argparse.Namespace(**{**FLAGS, **flags}))


@pytest.mark.parametrize('given', [{}, dict(randomness=dict(diff_rank_seed=True))])
def test_seed_and_deterministic(apply_flags, given):
    cfg = Config(given)
    apply_flags(cfg, seed=3, deterministic=True)
    assert cfg.randomness == dict(given.get('randomness', {}), seed=3, deterministic=True)


@pytest.mark.parametrize('hooks', [None, {}, dict(checkpoint=None), dict(checkpoint=dict(interval=1, save_best='score'))])
def test_no_validate(apply_flags, hooks):
    cfg = Config(dict(val_cfg=dict()) if hooks is None else dict(val_cfg=dict(), default_hooks=hooks))
    apply_flags(cfg, no_validate=True)
    assert cfg.val_cfg is cfg.val_dataloader is cfg.val_evaluator is None
    assert not hooks or cfg.default_hooks.checkpoint in (None, dict(interval=1))
