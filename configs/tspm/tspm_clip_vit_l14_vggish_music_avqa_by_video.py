"""TSPM on MUSIC-AVQA with splits that share no video (Table 2; published: 75.27 on test).

Command: python tools/train.py configs/tspm/tspm_clip_vit_l14_vggish_music_avqa_by_video.py
"""
from mmengine.config import read_base

with read_base():
    from .tspm_clip_vit_l14_vggish_music_avqa import *

for _loader in (train_dataloader, val_dataloader, test_dataloader):
    _loader.dataset.datasets[0].release = 'by_video'
