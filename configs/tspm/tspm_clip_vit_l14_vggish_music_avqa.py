"""TSPM on MUSIC-AVQA (update) as published, on the authors' feature files. Published: 77.28 on val, 76.79 on test.

Command: python tools/train.py configs/tspm/tspm_clip_vit_l14_vggish_music_avqa.py
Where the files lie is in README.md beside this file.
"""
from mmengine.config import read_base

from avreg.datasets import BenchmarkConcat, collate_clips
from avreg.datasets.samplers import SequentialTaskBatchSampler, TaskBatchSampler, TaskSampler
from avreg.evaluation import BenchmarkEvaluator, MusicAVQAAccuracy

with read_base():
    from .._base_.datasets.music_avqa_features import *
    from .._base_.default_runtime import *
    from .._base_.models.tspm_features import *
    from .._base_.schedules.tspm import *

# Where the data lie, if not in data/MUSIC-AVQA.
data_roots = dict(music_avqa=None)
randomness.seed = 1
train_dataloader = dict(
    batch_size=64,
    num_workers=6,
    persistent_workers=True,
    dataset=dict(type=BenchmarkConcat, datasets=[music_avqa_train]),
    sampler=dict(type=TaskSampler),
    collate_fn=dict(type=collate_clips),
    batch_sampler=dict(type=TaskBatchSampler))
val_dataloader = dict(
    batch_size=64,
    num_workers=6,
    dataset=dict(type=BenchmarkConcat, datasets=[music_avqa_val]),
    sampler=dict(type=TaskSampler),
    collate_fn=dict(type=collate_clips),
    batch_sampler=dict(type=SequentialTaskBatchSampler))
test_dataloader = dict(
    batch_size=64,
    num_workers=6,
    dataset=dict(type=BenchmarkConcat, datasets=[music_avqa_test]),
    sampler=dict(type=TaskSampler),
    collate_fn=dict(type=collate_clips),
    batch_sampler=dict(type=SequentialTaskBatchSampler))
val_evaluator = dict(type=BenchmarkEvaluator, metrics=dict(music_avqa=dict(type=MusicAVQAAccuracy)))
test_evaluator = val_evaluator
