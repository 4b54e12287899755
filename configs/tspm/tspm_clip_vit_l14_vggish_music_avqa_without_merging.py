"""Table 3: TSPM with all 576 patch tokens, from the videos. Published: 76.03.

Command: python tools/train.py configs/tspm/tspm_clip_vit_l14_vggish_music_avqa_without_merging.py
"""
from mmengine.config import read_base

with read_base():
    from .tspm_clip_vit_l14_vggish_music_avqa_media import *

model.backbones.visual.update(num_tokens=None, merge_rate=None)
