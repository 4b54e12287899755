"""SSUFormer on F-Music, on the embedded AVWorld: a mask and a sentence a second, encoders trained from scratch along with it.

Command: python tools/train.py configs/ssuformer/ssuformer_avworld.py
What has been measured is in README.md beside this file.
"""
from mmengine.config import read_base

from avreg.datasets import BenchmarkConcat, collate_clips
from avreg.datasets.avworld import AVWorldBuilder
from avreg.datasets.samplers import SequentialTaskBatchSampler, TaskBatchSampler, TaskSampler
from avreg.evaluation import BenchmarkEvaluator, MasksAndSentences

with read_base():
    from .._base_.datasets.f_music import *
    from .._base_.default_runtime import *
    from .._base_.models.ssuformer_embedded import *
    from .._base_.schedules.ssuformer_embedded import *

# Where the real data lie; None keeps the embedded AVWorld.
data_roots = dict(f_music=None)
data_preparation = [dict(type=AVWorldBuilder, root='data/avworld', seed=0, benchmarks=['f_music'])]
# Every clip is decoded before training starts.
fill_cache = True

train_dataloader = dict(
    batch_size=8,
    num_workers=0,
    dataset=dict(type=BenchmarkConcat, datasets=[f_music_train]),
    sampler=dict(type=TaskSampler),
    collate_fn=dict(type=collate_clips),
    batch_sampler=dict(type=TaskBatchSampler))
val_dataloader = dict(
    batch_size=16,
    num_workers=0,
    dataset=dict(type=BenchmarkConcat, datasets=[f_music_val]),
    sampler=dict(type=TaskSampler),
    collate_fn=dict(type=collate_clips),
    batch_sampler=dict(type=SequentialTaskBatchSampler))
test_dataloader = dict(
    batch_size=16,
    num_workers=0,
    dataset=dict(type=BenchmarkConcat, datasets=[f_music_test]),
    sampler=dict(type=TaskSampler),
    collate_fn=dict(type=collate_clips),
    batch_sampler=dict(type=SequentialTaskBatchSampler))
val_evaluator = dict(type=BenchmarkEvaluator, metrics=dict(f_music=dict(type=MasksAndSentences, skip_meteor=True)))
test_evaluator = val_evaluator
