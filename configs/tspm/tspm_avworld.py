"""TSPM on the questions of the embedded AVWorld, with small encoders that learn from AVE and LLP what is heard and seen.

Command: python tools/train.py configs/tspm/tspm_avworld.py
What has been measured is in README.md beside this file.
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
    from .._base_.datasets.prompt_pipelines import *
    from .._base_.default_runtime import *
    from .._base_.models.tspm_embedded import *
    from .._base_.schedules.embedded import *

# Where real data lie, e.g. music_avqa='/data/MUSIC-AVQA'; None keeps the embedded AVWorld.
data_roots = dict(ave=None, llp=None, music_avqa=None)
# Every config on AVWorld makes the same world.
data_preparation = [
    dict(type=AVWorldBuilder, root='data/avworld', seed=0,
         benchmarks=['ave', 'llp', 'vggss', 'avs_s4', 'avs_ms3', 'avss', 'music_avqa'])
]
fill_cache = True
for _dataset in (ave_train, llp_train):
    _dataset['pipeline'] = prompt_train_pipeline
for _dataset in (ave_val, ave_test, llp_val, llp_test):
    _dataset['pipeline'] = prompt_test_pipeline
music_avqa_train['pipeline'] = prompt_question_train_pipeline
for _dataset in (music_avqa_val, music_avqa_test):
    _dataset['pipeline'] = prompt_question_test_pipeline

train_dataloader = dict(
    # Clips; of music_avqa questions: up to `per_clip` about a clip together, which is encoded once for them.
    batch_size=dict(ave=8, llp=8, music_avqa=128),
    num_workers=0,
    dataset=dict(type=BenchmarkConcat, datasets=[ave_train, llp_train, music_avqa_train]),
    sampler=dict(type=TaskSampler),
    collate_fn=dict(type=collate_clips),
    batch_sampler=dict(
        type=TaskBatchSampler,
        # Questions come when there is something to ask about.
        early=(300, dict(ave=1, llp=1, music_avqa=0)),
        sampling=dict(ave=1, llp=1, music_avqa=8),
        per_clip=dict(ave=1, llp=1, music_avqa=24)))
val_dataloader = dict(
    batch_size=32,
    num_workers=0,
    dataset=dict(type=BenchmarkConcat, datasets=[ave_val, llp_val, music_avqa_val]),
    sampler=dict(type=TaskSampler),
    collate_fn=dict(type=collate_clips),
    batch_sampler=dict(type=SequentialTaskBatchSampler))
test_dataloader = dict(
    batch_size=32,
    num_workers=0,
    dataset=dict(type=BenchmarkConcat, datasets=[ave_test, llp_test, music_avqa_test]),
    sampler=dict(type=TaskSampler),
    collate_fn=dict(type=collate_clips),
    batch_sampler=dict(type=SequentialTaskBatchSampler))
val_evaluator = dict(
    type=BenchmarkEvaluator,
    metrics=dict(ave=dict(type=AVEAccuracy), llp=dict(type=LLPFScores), music_avqa=dict(type=MusicAVQAAccuracy)))
test_evaluator = val_evaluator
train_cfg.update(max_iters=1300, val_interval=1300)
param_scheduler[1].update(T_max=1200, end=1300)
