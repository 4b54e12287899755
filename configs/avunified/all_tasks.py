"""AV-Unified, one model trained jointly on all benchmarks, on the embedded AVWorld.

Command: python tools/train.py configs/avunified/all_tasks.py
Every batch comes from one benchmark, drawn at random; the results are in README.md beside this file.
"""
from mmengine.config import read_base

from avreg.datasets import BenchmarkConcat, collate_clips
from avreg.datasets.avworld import AVWorldBuilder
from avreg.datasets.samplers import SequentialTaskBatchSampler, TaskBatchSampler, TaskSampler
from avreg.evaluation import (AVEAccuracy, AVSObject, BenchmarkEvaluator, CIoU, LLPFScores, MusicAVQAAccuracy)
from avreg.evaluation import AVSSemantic as AVSSemanticScores

with read_base():
    from .._base_.datasets.ave import *
    from .._base_.datasets.avs_ms3 import *
    from .._base_.datasets.avs_s4 import *
    from .._base_.datasets.avss import *
    from .._base_.datasets.llp import *
    from .._base_.datasets.music_avqa import *
    from .._base_.datasets.vggss import *
    from .._base_.default_runtime import *
    from .._base_.models.avunified_embedded import *
    from .._base_.schedules.embedded import *

# Where the real data of a benchmark lie, e.g. ave='/data/AVE'; None keeps the embedded AVWorld.
data_roots = dict(ave=None, llp=None, vggss=None, avs_s4=None, avs_ms3=None, avss=None, music_avqa=None)
# Train and test on these only, e.g. ['ave', 'llp'], each with as many iterations as here; None means all.
benchmarks = None
data_preparation = [
    dict(type=AVWorldBuilder, root='data/avworld', seed=0,
         benchmarks=['ave', 'llp', 'vggss', 'avs_s4', 'avs_ms3', 'avss', 'music_avqa'])
]
# Every clip is decoded before training starts: workers that do it meanwhile take the cores from the model.
fill_cache = True

train_dataloader = dict(
    # Clips; of music_avqa questions: up to `per_clip` about a clip together, which is encoded once for them.
    batch_size=dict(ave=12, llp=12, vggss=48, avs_s4=16, avs_ms3=12, avss=12, music_avqa=128),
    # A worker would read what takes a tenth of a step, and on two cores hold up both threads of the model meanwhile.
    num_workers=0,
    dataset=dict(type=BenchmarkConcat, datasets=[ave_train, llp_train, vggss_train, avs_s4_train, avs_ms3_train, avss_train, music_avqa_train]),
    sampler=dict(type=TaskSampler),
    collate_fn=dict(type=collate_clips),
    batch_sampler=dict(
        type=TaskBatchSampler,
        # Questions come when there is something to ask about: the other benchmarks teach within minutes to tell what sounds and what is seen.
        early=(450, dict(ave=3, llp=3, vggss=3, avs_s4=1, avs_ms3=1, avss=4, music_avqa=0)),
        sampling=dict(ave=3, llp=3, vggss=3, avs_s4=3, avs_ms3=3, avss=18, music_avqa=50),
        per_clip=dict(ave=1, llp=1, vggss=1, avs_s4=1, avs_ms3=1, avss=1, music_avqa=24)))
val_dataloader = dict(
    batch_size=32,
    num_workers=0,
    dataset=dict(type=BenchmarkConcat, datasets=[ave_val, llp_val, vggss_val, avs_s4_val, avs_ms3_val, avss_val, music_avqa_val]),
    sampler=dict(type=TaskSampler),
    collate_fn=dict(type=collate_clips),
    batch_sampler=dict(type=SequentialTaskBatchSampler))
test_dataloader = dict(
    batch_size=32,
    num_workers=0,
    dataset=dict(type=BenchmarkConcat, datasets=[ave_test, llp_test, vggss_test, avs_s4_test, avs_ms3_test, avss_test, music_avqa_test]),
    sampler=dict(type=TaskSampler),
    collate_fn=dict(type=collate_clips),
    batch_sampler=dict(type=SequentialTaskBatchSampler))
val_evaluator = dict(
    type=BenchmarkEvaluator,
    metrics=dict(
        ave=dict(type=AVEAccuracy),
        llp=dict(type=LLPFScores),
        vggss=dict(type=CIoU),
        avs_s4=dict(type=AVSObject),
        avs_ms3=dict(type=AVSObject),
        avss=dict(type=AVSSemanticScores),
        music_avqa=dict(type=MusicAVQAAccuracy)))
test_evaluator = val_evaluator
# How much of where a sound comes from is heard.
test_cfg.silent = ['vggss', 'avs_s4', 'avs_ms3', 'avss']
