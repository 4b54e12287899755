"""CCNet on AVWorld with F2C before C2F, the second row of the paper's Table 4.

Command: python tools/train.py configs/ccnet/ccnet_avworld_f2c_c2f.py
"""
from mmengine.config import read_base

with read_base():
    from .ccnet_avworld import *

model.necks[2].order = 'f2c_c2f'
