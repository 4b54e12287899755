"""CCNet on AVWorld with neither CMCC nor MTGC: the unimodal encoder and a pooled pyramid.

Command: python tools/train.py configs/ccnet/ccnet_avworld_without_both.py
"""
from mmengine.config import read_base

with read_base():
    from .ccnet_avworld import *

model.necks = model.necks[:2]
model.necks[1].update(interaction=False, gates=False)
