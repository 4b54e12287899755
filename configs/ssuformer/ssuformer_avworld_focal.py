"""SSUFormer without mask collaboration and whatever rests on it: the row "+ Focal" of the paper's Table V, on AVWorld.

Command: python tools/train.py configs/ssuformer/ssuformer_avworld_focal.py
"""
from mmengine.config import read_base

with read_base():
    from .ssuformer_avworld import *

model.heads.f_music.update(region_encoder=None, regional_consistency=False, expert=None)
