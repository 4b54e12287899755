"""AV-Unified on MUSIC-AVQA alone, on the embedded AVWorld: the row "w/o jt" of the paper's Table VI.

Command: python tools/train.py configs/avunified/music_avqa.py
"""
from mmengine.config import read_base

with read_base():
    from .all_tasks import *

model.heads = dict(music_avqa=model.heads.music_avqa)
train_dataloader.dataset.datasets = [music_avqa_train]
train_dataloader.batch_size = 64
train_dataloader.batch_sampler.update(sampling='uniform', per_clip=8)
val_dataloader.dataset.datasets = [music_avqa_val]
test_dataloader.dataset.datasets = [music_avqa_test]
val_evaluator.metrics = dict(music_avqa=val_evaluator.metrics.music_avqa)
test_evaluator = val_evaluator
