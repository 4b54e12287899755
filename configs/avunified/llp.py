"""AV-Unified on LLP alone, on the embedded AVWorld: the row "w/o jt" of the paper's Table VI.

Command: python tools/train.py configs/avunified/llp.py
"""
from mmengine.config import read_base

with read_base():
    from .all_tasks import *

model.heads = dict(llp=model.heads.llp)
train_dataloader.dataset.datasets = [llp_train]
train_dataloader.batch_size = 16
train_dataloader.batch_sampler.update(sampling='uniform', per_clip=1)
val_dataloader.dataset.datasets = [llp_val]
test_dataloader.dataset.datasets = [llp_test]
val_evaluator.metrics = dict(llp=val_evaluator.metrics.llp)
test_evaluator = val_evaluator
