"""The joint model, deaf: the sound is muted. What vision alone gives, the baseline beside all_tasks.py.

Command: python tools/train.py configs/avunified/all_tasks_visual_only.py
"""
from mmengine.config import read_base

with read_base():
    from .all_tasks import *

model.data_preprocessor.mute = ('audio', )
