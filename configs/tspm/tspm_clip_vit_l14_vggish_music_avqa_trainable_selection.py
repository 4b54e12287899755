"""TSPM whose selection learns: what is found in a selected segment is multiplied by its weight. Not in the paper.

Command: python tools/train.py configs/tspm/tspm_clip_vit_l14_vggish_music_avqa_trainable_selection.py
"""
from mmengine.config import read_base

with read_base():
    from .tspm_clip_vit_l14_vggish_music_avqa import *

model.necks[1].trainable_selection = True
