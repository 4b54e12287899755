"""CCNet on AVWorld without F2C, the second row of the paper's Table 2.

Command: python tools/train.py configs/ccnet/ccnet_avworld_without_f2c.py
"""
from mmengine.config import read_base

with read_base():
    from .ccnet_avworld import *

model.necks[2].fine_to_coarse = False
