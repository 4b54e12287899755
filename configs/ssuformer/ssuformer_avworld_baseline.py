"""SSUFormer with plain cross-entropy and without mask collaboration, consistency and experts: the row "Baseline" of the paper's Table V, on AVWorld.

Command: python tools/train.py configs/ssuformer/ssuformer_avworld_baseline.py
"""
from mmengine.config import read_base

with read_base():
    from .ssuformer_avworld import *

model.heads.f_music.update(gamma=0.0, region_encoder=None, regional_consistency=False, expert=None)
