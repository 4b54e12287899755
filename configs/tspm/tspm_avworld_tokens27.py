"""Table 4 on AVWorld: 27 merged tokens of 49.

Command: python tools/train.py configs/tspm/tspm_avworld_tokens27.py
"""
from mmengine.config import read_base

with read_base():
    from .tspm_avworld import *

model.necks[2].num_tokens = 27
