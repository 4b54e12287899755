"""The joint model of AV-Unified with two papers more: F-Music by SSUFormer's neck and head, UnAV-100 by CCNet's: nine benchmarks in one.

Command: python tools/train.py configs/avunified/all_tasks_plus.py
The two share the encoders, and the necks before their own, with the other seven. Not trained here.
"""
from mmengine.config import read_base

from avreg.benchmarks import CaptionTokenizer
from avreg.datasets.transforms import CropEvents
from avreg.evaluation import MasksAndSentences, UnAV100MAP
from avreg.models.experts import EmbeddedExpert, EmbeddedRegionEncoder
from avreg.models.heads import DenseEventHead, SoundSourceHead
from avreg.models.necks import CMCC, MTGC, MultiModalIntegration, UnimodalEncoder

with read_base():
    from .all_tasks import *
    from .._base_.datasets.f_music import *
    from .._base_.datasets.pipelines import *
    from .._base_.datasets.unav100 import *

# Real videos of UnAV-100 last up to 60 s, those of AVWorld 40.
_length = 60
data_roots.update(f_music=None, unav100=None)
data_preparation[0].benchmarks = [*data_preparation[0].benchmarks, 'f_music', 'unav100']
# As the other clips, at the size of their frames and with the prompt.
unav100_train.pipeline = [
    train_pipeline[0], dict(type=CropEvents, max_length=_length, grid=unav100_grid), *train_pipeline[1:]]
unav100_val.pipeline = test_pipeline
unav100_test.pipeline = test_pipeline

model.necks = [
    *model.necks,
    dict(type=MultiModalIntegration, channels=128),
    dict(type=UnimodalEncoder, channels=96, audio_channels=128, visual_channels=128, max_length=_length, path_scale=0.1),
    dict(type=CMCC, channels=96, max_length=_length, num_levels=5, path_scale=0.1),
    dict(type=MTGC, channels=192, class_channels=16, max_length=_length, num_levels=5, path_scale=0.1),
]
model.only = dict(MultiModalIntegration=['f_music'], UnimodalEncoder=['unav100'], CMCC=['unav100'], MTGC=['unav100'])
model.heads.update(
    f_music=dict(
        type=SoundSourceHead, channels=128, captions=dict(tokenizer=dict(type=CaptionTokenizer), max_tokens=24),
        region_encoder=dict(type=EmbeddedRegionEncoder, tokenizer=dict(type=CaptionTokenizer), max_tokens=24), regional_consistency=True,
        expert=dict(type=EmbeddedExpert)),
    unav100=dict(
        type=DenseEventHead, channels=192, head_channels=96, grid=unav100_grid,
        ranges=((0, 4), (4, 8), (8, 16), (16, 32), (32, 10000))))

train_dataloader.batch_size.update(f_music=8, unav100=8)
train_dataloader.dataset.datasets = [*train_dataloader.dataset.datasets, f_music_train, unav100_train]
train_dataloader.batch_sampler.early[1].update(f_music=1, unav100=1)
train_dataloader.batch_sampler.sampling.update(f_music=20, unav100=16)
train_dataloader.batch_sampler.per_clip.update(f_music=1, unav100=1)
val_dataloader.dataset.datasets = [*val_dataloader.dataset.datasets, f_music_val, unav100_val]
test_dataloader.dataset.datasets = [*test_dataloader.dataset.datasets, f_music_test, unav100_test]
val_evaluator.metrics.update(f_music=dict(type=MasksAndSentences, skip_meteor=True), unav100=dict(type=UnAV100MAP))
test_evaluator = val_evaluator
# The other seven keep their iterations: 15 early ones were theirs alone, of 17 now, and 83 late ones, of 119.
train_cfg.update(max_iters=2589, val_interval=2589)
train_dataloader.batch_sampler.early = (510, train_dataloader.batch_sampler.early[1])
param_scheduler[1].update(T_max=2489, end=2589)
