from types import SimpleNamespace

import torch
from torch import nn

from avreg.engine import WeightAverageHook


def test_the_average_is_tested_and_saved_and_the_raw_weights_are_validated():
    model = nn.Linear(1, 1, bias=False)
    nn.init.zeros_(model.weight)
    runner = SimpleNamespace(model=model, iter=0, max_iters=10, _resume=False)
    hook = WeightAverageHook(decay=0.75)
    hook.before_run(runner)
    hook.before_train(runner)
    average = 0.0
    for step, raw in enumerate((1.0, 2.0, 5.0)):
        nn.init.constant_(model.weight, raw)
        hook.after_train_iter(runner, step)
        average = raw if step == 0 else 0.75 * average + 0.25 * raw
    hook.before_val_epoch(runner)
    assert model.weight.item() == 5
    hook.after_val_epoch(runner)
    assert model.weight.item() == 5
    checkpoint = dict(state_dict=dict(model.state_dict()))
    hook.before_save_checkpoint(runner, checkpoint)
    assert abs(checkpoint['state_dict']['weight'].item() - average) < 1e-6 and checkpoint['ema_state_dict']['module.weight'] == 5
    hook.before_test_epoch(runner)
    assert abs(model.weight.item() - average) < 1e-6
    hook.after_test_epoch(runner)
    assert torch.equal(model.weight, torch.full((1, 1), 5.0))
