"""TSPM on AVQA: four choices, 8 of 10 segments, from the videos. Published: 90.8.

Command: python tools/train.py configs/tspm/tspm_clip_vit_l14_vggish_avqa.py
There is no public test split; papers report val.
"""
from mmengine.config import read_base

from avreg.datasets import AVQA
from avreg.evaluation import AVQAAccuracy

with read_base():
    from .tspm_clip_vit_l14_vggish_music_avqa_media import *

data_roots = dict(avqa=None)
for _loader, _split in ((train_dataloader, 'train'), (val_dataloader, 'val'), (test_dataloader, 'val')):
    _loader.dataset.datasets = [dict(type=AVQA, data_root='data/AVQA', split=_split, pipeline=media_pipeline)]
model.necks[1].top_k = 8
model.heads = dict(avqa=dict(type=QuestionGroundingHead, channels=512, text_channels=768, choices=True))
val_evaluator = dict(type=BenchmarkEvaluator, metrics=dict(avqa=dict(type=AVQAAccuracy)))
test_evaluator = val_evaluator
# An epoch: about 40,000 training questions.
_epoch = 625
train_cfg.update(max_iters=30 * _epoch, val_interval=_epoch)
param_scheduler[0].step_size = 8 * _epoch
