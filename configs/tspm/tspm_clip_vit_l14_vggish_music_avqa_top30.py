"""Table 4: TSPM with 30 selected segments of 60. Published: 76.66.

Command: python tools/train.py configs/tspm/tspm_clip_vit_l14_vggish_music_avqa_top30.py
"""
from mmengine.config import read_base

with read_base():
    from .tspm_clip_vit_l14_vggish_music_avqa import *

model.necks[1].top_k = 30
