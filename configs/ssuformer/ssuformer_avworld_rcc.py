"""SSUFormer without the experts: the row "+ RCC" of the paper's Table V, on AVWorld.

Command: python tools/train.py configs/ssuformer/ssuformer_avworld_rcc.py
"""
from mmengine.config import read_base

with read_base():
    from .ssuformer_avworld import *

model.heads.f_music.expert = None
