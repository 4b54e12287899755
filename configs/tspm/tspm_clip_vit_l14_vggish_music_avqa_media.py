"""TSPM on MUSIC-AVQA from the videos: CLIP ViT-L/14@336 gives frames and tokens, merged on the way (the paper; the authors' files hold
tokens of another network).

Command: python tools/train.py configs/tspm/tspm_clip_vit_l14_vggish_music_avqa_media.py
What to download is in README.md beside this file.
"""
from mmengine.config import read_base

with read_base():
    from .tspm_clip_vit_l14_vggish_music_avqa import *
    from .._base_.datasets.tspm_media import *
    from .._base_.models.tspm_clip_vit_l14_vggish import *

for _loader in (train_dataloader, val_dataloader, test_dataloader):
    _loader.dataset.datasets[0].update(features=None, pipeline=media_pipeline)
