"""AV-Unified, one model trained jointly on all benchmarks, on the embedded AVWorld.

Command: python tools/train.py configs/avunified/all_tasks.py
Every batch comes from one benchmark, drawn at random; the results are in README.md beside this file.
"""
from mmengine.config import read_base

from avreg.datasets import BenchmarkConcat, collate_clips
from avreg.datasets.avworld import AVWorldBuilder
from avreg.datasets.samplers import SequentialTaskBatchSampler, TaskBatchSampler, TaskSampler
from avreg.evaluation import AVEAccuracy, BenchmarkEvaluator, LLPFScores, MusicAVQAAccuracy

with read_base():
    from .._base_.datasets.ave import *
    from .._base_.datasets.llp import *
    from .._base_.datasets.music_avqa import *
    from .._base_.default_runtime import *
    from .._base_.models.avunified_embedded import *
    from .._base_.schedules.embedded import *

# Where the real data of a benchmark lie, e.g. ave='/data/AVE'; None keeps the embedded AVWorld.
data_roots = dict(ave=None, llp=None, music_avqa=None)
data_preparation = [dict(type=AVWorldBuilder, root='data/avworld', seed=0, benchmarks=['ave', 'llp', 'music_avqa'])]

train_dataloader = dict(
    # Clips; of music_avqa questions, eight about each clip, which is encoded once.
    batch_size=dict(ave=16, llp=16, music_avqa=64),
    num_workers=1,
    persistent_workers=True,
    dataset=dict(type=BenchmarkConcat, datasets=[ave_train, llp_train, music_avqa_train]),
    sampler=dict(type=TaskSampler),
    collate_fn=dict(type=collate_clips),
    batch_sampler=dict(type=TaskBatchSampler, sampling=dict(ave=1, llp=1, music_avqa=5), per_clip=dict(ave=1, llp=1, music_avqa=8)))
val_dataloader = dict(
    batch_size=32,
    num_workers=1,
    dataset=dict(type=BenchmarkConcat, datasets=[ave_val, llp_val, music_avqa_val]),
    sampler=dict(type=TaskSampler),
    collate_fn=dict(type=collate_clips),
    batch_sampler=dict(type=SequentialTaskBatchSampler))
test_dataloader = dict(
    batch_size=32,
    num_workers=1,
    dataset=dict(type=BenchmarkConcat, datasets=[ave_test, llp_test, music_avqa_test]),
    sampler=dict(type=TaskSampler),
    collate_fn=dict(type=collate_clips),
    batch_sampler=dict(type=SequentialTaskBatchSampler))
val_evaluator = dict(
    type=BenchmarkEvaluator,
    metrics=dict(ave=dict(type=AVEAccuracy), llp=dict(type=LLPFScores), music_avqa=dict(type=MusicAVQAAccuracy)))
test_evaluator = val_evaluator
