"""The small CCNet on the real videos of UnAV-100, which last up to 60 s: the encoders of ccnet_avworld.py, trained along. Not trained here.

Command: python tools/train.py configs/ccnet/ccnet_embedded_unav100.py
"""
from mmengine.config import read_base

with read_base():
    from .ccnet_avworld import *

data_roots = dict(unav100='data/UnAV-100')
data_preparation = []
train_dataloader.dataset.datasets[0].pipeline[1].max_length = 60
for _neck in model.necks:
    _neck.max_length = 60
# Ten epochs of 6,489 videos; AVWorld has 360.
train_cfg.update(max_iters=8110, val_interval=811)
param_scheduler[1].update(T_max=8070, end=8110)
