"""CCNet on AVWorld without the cross-modal interaction branch (CMI), the third row of the paper's Table 3.

Command: python tools/train.py configs/ccnet/ccnet_avworld_without_interaction.py
"""
from mmengine.config import read_base

with read_base():
    from .ccnet_avworld import *

model.necks[1].interaction = False
