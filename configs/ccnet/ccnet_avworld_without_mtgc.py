"""CCNet on AVWorld with CMCC alone: neither MTGC nor its dependencies of steps and classes.

Command: python tools/train.py configs/ccnet/ccnet_avworld_without_mtgc.py
"""
from mmengine.config import read_base

with read_base():
    from .ccnet_avworld import *

model.necks = model.necks[:2]
