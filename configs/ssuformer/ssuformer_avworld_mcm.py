"""SSUFormer without regional consistency and experts: the row "+ MCM" of the paper's Table V, on AVWorld.

Command: python tools/train.py configs/ssuformer/ssuformer_avworld_mcm.py
"""
from mmengine.config import read_base

with read_base():
    from .ssuformer_avworld import *

model.heads.f_music.update(regional_consistency=False, expert=None)
