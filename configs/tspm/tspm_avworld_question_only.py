"""TSPM on AVWorld, blind and deaf: what the questions alone give, the baseline beside tspm_avworld.py.

Command: python tools/train.py configs/tspm/tspm_avworld_question_only.py
"""
from mmengine.config import read_base

with read_base():
    from .tspm_avworld import *

model.data_preprocessor.mute = ('audio', 'visual')
