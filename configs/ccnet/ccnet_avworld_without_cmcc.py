"""CCNet on AVWorld with MTGC alone: both modalities are pooled to the levels, neither looks at the other.

Command: python tools/train.py configs/ccnet/ccnet_avworld_without_cmcc.py
"""
from mmengine.config import read_base

with read_base():
    from .ccnet_avworld import *

model.necks[1].update(interaction=False, gates=False)
