"""Table 3: TSPM without the spatial module: the question looks at the frame vectors of the selected segments. Published: 75.68.

Command: python tools/train.py configs/tspm/tspm_clip_vit_l14_vggish_music_avqa_without_spm.py
"""
from mmengine.config import read_base

with read_base():
    from .tspm_clip_vit_l14_vggish_music_avqa import *

_projection, _temporal, _, _hybrid = model.necks
model.necks = [_projection, _temporal, _hybrid]
