"""SSUFormer at the paper's scale on F-Music, as in Table II of the paper: VGGish, PVT v2-b5, CLIP ViT-B/16, LLaVA 1.5, the paper's schedule.

Command: bash tools/dist_train.sh configs/ssuformer/ssuformer_vggish_pvtv2_b5_f_music.py 4
One process: python tools/train.py configs/ssuformer/ssuformer_vggish_pvtv2_b5_f_music.py --cfg-options train_dataloader.batch_size=4
What to download, and where to put it, is in README.md beside this file.
"""
from mmengine.config import read_base

with read_base():
    from .ssuformer_avworld import *
    from .._base_.datasets.ssuformer_pipelines import *
    from .._base_.models.ssuformer import *
    from .._base_.schedules.ssuformer import *

data_roots = dict(f_music='data/F-Music')
data_preparation = []
fill_cache = False
# Of each of four processes: four together.
train_dataloader.update(batch_size=1, num_workers=4, persistent_workers=True)
train_dataloader.dataset.datasets[0].pipeline = caption_train_pipeline_224
for _loader in (val_dataloader, test_dataloader):
    _loader.update(batch_size=4, num_workers=4)
    _loader.dataset.datasets[0].pipeline = caption_test_pipeline_224
val_evaluator.metrics.f_music.skip_meteor = False
test_evaluator = val_evaluator
default_hooks.checkpoint.interval = 745
