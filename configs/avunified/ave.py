"""AV-Unified on AVE alone, on the embedded AVWorld: the row "w/o jt" of the paper's Table VI.

Command: python tools/train.py configs/avunified/ave.py
"""
from mmengine.config import read_base

with read_base():
    from .all_tasks import *

model.heads = dict(ave=model.heads.ave)
train_dataloader.dataset.datasets = [ave_train]
train_dataloader.batch_size = 16
train_dataloader.batch_sampler.update(sampling='uniform', per_clip=1)
val_dataloader.dataset.datasets = [ave_val]
test_dataloader.dataset.datasets = [ave_test]
val_evaluator.metrics = dict(ave=val_evaluator.metrics.ave)
test_evaluator = val_evaluator
