"""CCNet on AVWorld without the temporal consistency-gated branch (TCG), the second row of the paper's Table 3.

Command: python tools/train.py configs/ccnet/ccnet_avworld_without_gates.py
"""
from mmengine.config import read_base

with read_base():
    from .ccnet_avworld import *

model.necks[1].gates = False
