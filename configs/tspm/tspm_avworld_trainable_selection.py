"""TSPM on AVWorld whose selection learns: what is found in a selected segment is multiplied by its weight. Not in the paper.

Command: python tools/train.py configs/tspm/tspm_avworld_trainable_selection.py
"""
from mmengine.config import read_base

with read_base():
    from .tspm_avworld import *

model.necks[1].trainable_selection = True
