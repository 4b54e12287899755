"""configs/avunified/cmcc_ave.py: a neck of one method in another."""
import copy
from pathlib import Path

import torch
from mmengine.optim import build_optim_wrapper
from mmengine.registry import init_default_scope

from avreg.config import load_config
from avreg.registry import MODELS
from tests.tree.test_configs import tiny_batch

REPO = Path(__file__).resolve().parents[2]


def test_two_iterations_move_every_weight_of_cmcc():
    cfg = load_config(REPO / 'configs/avunified/cmcc_ave.py')
    init_default_scope('avreg')
    torch.manual_seed(0)
    model = MODELS.build(cfg.model).train()
    neck, = [neck for neck in model.necks if type(neck).__name__ == 'CMCC']
    before = copy.deepcopy(neck.state_dict())
    optim_wrapper = build_optim_wrapper(model, cfg.optim_wrapper)
    losses = [model.train_step(tiny_batch('ave'), optim_wrapper)['loss'] for _ in range(2)]
    assert torch.isfinite(torch.stack(losses)).all()
    assert [name for name, value in neck.state_dict().items() if torch.equal(value, before[name])] == []
