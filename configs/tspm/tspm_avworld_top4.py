"""Table 4 on AVWorld: 4 selected segments of 10.

Command: python tools/train.py configs/tspm/tspm_avworld_top4.py
"""
from mmengine.config import read_base

with read_base():
    from .tspm_avworld import *

model.necks[1].top_k = 4
