"""Table 3: TSPM without the text prompt constructor: every segment is selected. Published: 75.87.

Command: python tools/train.py configs/tspm/tspm_clip_vit_l14_vggish_music_avqa_without_tpc.py
"""
from mmengine.config import read_base

with read_base():
    from .tspm_clip_vit_l14_vggish_music_avqa import *

model.necks[1].top_k = None
