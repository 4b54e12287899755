"""Table 3: TSPM on AVWorld without the temporal module: as many segments, evenly over the clip.

Command: python tools/train.py configs/tspm/tspm_avworld_without_tpm.py
"""
from mmengine.config import read_base

with read_base():
    from .tspm_avworld import *

model.necks[1].query = None
