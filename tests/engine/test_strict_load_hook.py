from types import SimpleNamespace

import pytest
import torch
from torch import nn

from avreg.engine import StrictLoadHook
from avreg.errors import ConfigError


def load(state):
    """What is logged about a checkpoint for a layer of 3 inputs and 2 outputs."""
    lines = []
    runner = SimpleNamespace(model=nn.Linear(3, 2), logger=SimpleNamespace(info=lines.append), cfg=SimpleNamespace(filename='recipe.py'),
                             _load_from='iter_1.pth')
    StrictLoadHook().after_load_checkpoint(runner, state)
    return lines


def test_what_fills_the_model_is_taken_and_what_is_left_over_is_told():
    state = nn.Linear(3, 2).state_dict()
    assert load(dict(state_dict=state, meta={})) == load(state) == load({f'module.{key}': value for key, value in state.items()}) == []
    line, = load(dict(state_dict={**state, **{f'heads.{n}': torch.zeros(1) for n in range(5)}}))
    assert 'no place for 5 keys of iter_1.pth' in line and 'heads.0; heads.1; heads.2; and 2 more' in line


def test_what_is_missing_or_of_another_shape_stops():
    with pytest.raises(ConfigError) as caught:
        load(dict(state_dict=dict(weight=torch.zeros(2, 4), other=torch.zeros(1))))
    for part in ('iter_1.pth', 'recipe.py', 'misses 1 of 2 keys: bias', 'another shape have 1 of 2 keys: weight is (2, 4), not (2, 3)'):
        assert part in str(caught.value)


def test_a_training_that_goes_on_loses_nothing():
    runner = SimpleNamespace(model=nn.Linear(3, 2), cfg=SimpleNamespace(filename='recipe.py'), _load_from='iter_1.pth')
    with pytest.raises(ConfigError, match='the model has no place for 1 keys: heads.0'):
        StrictLoadHook('stop').after_load_checkpoint(runner, dict(state_dict={**nn.Linear(3, 2).state_dict(), 'heads.0': torch.zeros(1)}))
