"""Table 3: TSPM without the temporal module: as many segments, evenly over the clip. Published: 75.82.

Command: python tools/train.py configs/tspm/tspm_clip_vit_l14_vggish_music_avqa_without_tpm.py
"""
from mmengine.config import read_base

with read_base():
    from .tspm_clip_vit_l14_vggish_music_avqa import *

model.necks[1].query = None
