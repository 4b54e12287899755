"""CCNet on UnAV-100, on the embedded AVWorld: untrimmed videos of 40 s, encoders trained from scratch along with it.

Command: python tools/train.py configs/ccnet/ccnet_avworld.py
"""
from mmengine.config import read_base

from avreg.datasets import BenchmarkConcat, collate_clips
from avreg.datasets.avworld import AVWorldBuilder
from avreg.datasets.samplers import SequentialTaskBatchSampler, TaskBatchSampler, TaskSampler
from avreg.engine import WeightAverageHook
from avreg.evaluation import BenchmarkEvaluator, UnAV100MAP

with read_base():
    from .._base_.datasets.unav100 import *
    from .._base_.default_runtime import *
    from .._base_.models.ccnet_embedded import *
    from .._base_.schedules.ccnet_embedded import *

# Where another AVWorld lies; None keeps the default one. Real videos are longer than the 40 s of this model: ccnet_embedded_unav100.py.
data_roots = dict(unav100=None)
data_preparation = [dict(type=AVWorldBuilder, root='data/avworld', seed=0, benchmarks=['unav100'])]
# Every clip is decoded before training starts.
fill_cache = True

train_dataloader = dict(
    batch_size=8,
    num_workers=0,
    dataset=dict(type=BenchmarkConcat, datasets=[unav100_train]),
    sampler=dict(type=TaskSampler),
    collate_fn=dict(type=collate_clips),
    batch_sampler=dict(type=TaskBatchSampler))
val_dataloader = dict(
    batch_size=8,
    num_workers=0,
    dataset=dict(type=BenchmarkConcat, datasets=[unav100_val]),
    sampler=dict(type=TaskSampler),
    collate_fn=dict(type=collate_clips),
    batch_sampler=dict(type=SequentialTaskBatchSampler))
test_dataloader = dict(
    batch_size=8,
    num_workers=0,
    dataset=dict(type=BenchmarkConcat, datasets=[unav100_test]),
    sampler=dict(type=TaskSampler),
    collate_fn=dict(type=collate_clips),
    batch_sampler=dict(type=SequentialTaskBatchSampler))
val_evaluator = dict(type=BenchmarkEvaluator, metrics=dict(unav100=dict(type=UnAV100MAP)))
test_evaluator = val_evaluator
custom_hooks = [*custom_hooks, dict(type=WeightAverageHook, decay=0.99)]
