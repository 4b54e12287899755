"""AV-Unified at the paper's scale, on the real benchmarks: frozen VGGish and CLIP ViT-L/14, PVT v2-b5, width 512, the paper's schedule.

Command: bash tools/dist_train.sh configs/avunified/avunified_clip_vit_l14_vggish_pvtv2_b5_all_tasks.py 6
One process: python tools/train.py configs/avunified/avunified_clip_vit_l14_vggish_pvtv2_b5_all_tasks.py
What to download, and where to put it, is in README.md beside this file.
"""
from mmengine.config import read_base

with read_base():
    from .all_tasks import *
    from .._base_.datasets.avunified_pipelines import *
    from .._base_.models.avunified_clip_vit_l14_vggish_pvtv2_b5 import *
    from .._base_.schedules.avunified import *

data_roots = dict(
    ave='data/AVE', llp='data/LLP', vggss='data/VGGSS', avs_s4='data/AVSBench', avs_ms3='data/AVSBench', avss='data/AVSBench',
    music_avqa='data/MUSIC-AVQA')
data_preparation = []
fill_cache = False
# Of each of six processes: 66 together, the paper has 64. Every task is drawn as often as every other.
train_dataloader.update(batch_size=11, num_workers=8, persistent_workers=True)
train_dataloader.batch_sampler.update(sampling='uniform', early=None, per_clip=1)
val_dataloader.update(batch_size=8, num_workers=8)
test_dataloader.update(batch_size=8, num_workers=8)
_train = [clip_train_pipeline_224, clip_train_pipeline_224, pair_train_pipeline_224, *[mask_train_pipeline_224] * 3, clip_train_pipeline_224]
_test = [clip_test_pipeline_224, clip_test_pipeline_224, pair_test_pipeline_224, *[mask_test_pipeline_224] * 3, clip_test_pipeline_224]
for _loader, _pipelines in ((train_dataloader, _train), (val_dataloader, _test), (test_dataloader, _test)):
    for _dataset, _pipeline in zip(_loader.dataset.datasets, _pipelines):
        _dataset.pipeline = _pipeline
# VGG-SS has no official validation split. Of the training list those pairs are taken that are on disk.
val_dataloader.dataset.datasets.pop(2)
val_evaluator = dict(val_evaluator, metrics={name: metric for name, metric in val_evaluator['metrics'].items() if name != 'vggss'})
train_dataloader.dataset.datasets[2].names = 'vggss_10k.txt'
test_cfg.silent = ['vggss', 'avs_s4', 'avs_ms3', 'avss']
