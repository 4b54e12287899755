"""TSPM on the multiple-choice questions of AVWorld (AVQA), beside AVE and LLP as in tspm_avworld.py.

Command: python tools/train.py configs/tspm/tspm_avworld_avqa.py
"""
from mmengine.config import read_base

from avreg.datasets import AVQA
from avreg.evaluation import AVQAAccuracy

with read_base():
    from .tspm_avworld import *

data_roots = dict(ave=None, llp=None, avqa=None)
data_preparation[0].benchmarks = [*data_preparation[0].benchmarks, 'avqa']
# Clips of ten seconds are not thinned.
for _loader, _split, _pipeline in ((train_dataloader, 'train', prompt_train_pipeline), (val_dataloader, 'val', prompt_test_pipeline),
                                   (test_dataloader, 'val', prompt_test_pipeline)):
    _loader.dataset.datasets[2] = dict(type=AVQA, data_root='data/avworld/avqa', split=_split, pipeline=_pipeline)
train_dataloader.batch_size = dict(ave=8, llp=8, avqa=32)
# A clip has three questions, so batches are smaller and there are more of them.
train_cfg.update(max_iters=2400, val_interval=2400)
param_scheduler[1].update(T_max=2300, end=2400)
train_dataloader.batch_sampler.update(
    early=(300, dict(ave=1, llp=1, avqa=0)), sampling=dict(ave=1, llp=1, avqa=8), per_clip=dict(ave=1, llp=1, avqa=3))
_head = model.heads.pop('music_avqa')
_head.pop('answers')
model.heads.avqa = dict(_head, choices=True)
for _evaluator in (val_evaluator, test_evaluator):
    _evaluator.metrics = dict(ave=dict(type=AVEAccuracy), llp=dict(type=LLPFScores), avqa=dict(type=AVQAAccuracy))
