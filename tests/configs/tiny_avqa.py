"""configs/tspm/tspm_avworld_avqa.py made tiny: the multiple-choice questions alone, an iteration or two. For tests that run the tools."""
from mmengine.config import read_base

with read_base():
    from ...configs.tspm.tspm_avworld_avqa import *

benchmarks = ['avqa']
data_preparation[0].update(workers=1, benchmarks=['avqa'], sizes=dict(avqa=dict(train=4, val=4)))
train_dataloader.batch_size = dict(ave=2, llp=2, avqa=4)
train_dataloader.batch_sampler.pop('early')
val_dataloader.batch_size = test_dataloader.batch_size = 4
train_cfg.update(max_iters=2, val_interval=2)
param_scheduler = []
