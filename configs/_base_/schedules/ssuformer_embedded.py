"""The other small models' schedule, of 1,000 iterations and with a shorter warm-up."""
from mmengine.config import read_base

with read_base():
    from .embedded import *

train_cfg.update(max_iters=1000, val_interval=1000)
# There is no prompt whose query would have to be slow.
optim_wrapper.paramwise_cfg.pop('custom_keys')
param_scheduler[0].end = 60
param_scheduler[1].update(T_max=940, begin=60, end=1000)
