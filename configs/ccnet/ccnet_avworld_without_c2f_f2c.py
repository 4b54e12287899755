"""CCNet on AVWorld without C2F and F2C, the first row of the paper's Table 2: dependencies within each level alone.

Command: python tools/train.py configs/ccnet/ccnet_avworld_without_c2f_f2c.py
"""
from mmengine.config import read_base

with read_base():
    from .ccnet_avworld import *

model.necks[2].update(coarse_to_fine=False, fine_to_coarse=False)
