"""Table 4: TSPM with 8 merged tokens, from the videos. Published: 75.88.

Command: python tools/train.py configs/tspm/tspm_clip_vit_l14_vggish_music_avqa_tokens8.py
"""
from mmengine.config import read_base

with read_base():
    from .tspm_clip_vit_l14_vggish_music_avqa_media import *

model.backbones.visual.num_tokens = 8
