"""Table 3: TSPM on AVWorld without all of its modules: projected means of sound and picture, times the question.

Command: python tools/train.py configs/tspm/tspm_avworld_without_all.py
"""
from mmengine.config import read_base

with read_base():
    from .tspm_avworld import *

# The place vectors have no patches to go to, the encoders are those of the whole model.
model.necks = []
model.heads.music_avqa.update(parts=('audio', 'visual'), num_layers=0)
