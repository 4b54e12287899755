"""Table 3: TSPM on AVWorld without the spatial module: the question looks at the frame vectors of the selected segments.

Command: python tools/train.py configs/tspm/tspm_avworld_without_spm.py
"""
from mmengine.config import read_base

with read_base():
    from .tspm_avworld import *

_position, _temporal, _, _hybrid = model.necks
model.necks = [_position, _temporal, _hybrid]
model.heads.music_avqa.parts = tuple(part for part in model.heads.music_avqa.parts if part != 'grounded_tokens')
