"""Table 3: TSPM without all of its modules: projected means of sound and picture, times the question. Published: 73.35.

Command: python tools/train.py configs/tspm/tspm_clip_vit_l14_vggish_music_avqa_without_all.py
"""
from mmengine.config import read_base

with read_base():
    from .tspm_clip_vit_l14_vggish_music_avqa import *

# The projection alone.
model.necks = model.necks[:1]
model.heads.music_avqa.parts = ('audio', 'visual')
