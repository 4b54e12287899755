"""Table 3: TSPM on AVWorld with all 49 patch tokens.

Command: python tools/train.py configs/tspm/tspm_avworld_without_merging.py
"""
from mmengine.config import read_base

with read_base():
    from .tspm_avworld import *

model.necks[2].num_tokens = None
