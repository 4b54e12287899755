"""Table 3: TSPM on AVWorld without the text prompt constructor: every segment is selected.

Command: python tools/train.py configs/tspm/tspm_avworld_without_tpc.py
"""
from mmengine.config import read_base

with read_base():
    from .tspm_avworld import *

model.necks[1].top_k = None
