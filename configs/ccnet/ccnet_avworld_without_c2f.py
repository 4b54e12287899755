"""CCNet on AVWorld without C2F, the third row of the paper's Table 2.

Command: python tools/train.py configs/ccnet/ccnet_avworld_without_c2f.py
"""
from mmengine.config import read_base

with read_base():
    from .ccnet_avworld import *

model.necks[2].coarse_to_fine = False
