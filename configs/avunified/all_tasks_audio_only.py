"""The joint model, blind: the frames are muted. What audio alone gives, the baseline beside all_tasks.py.

Command: python tools/train.py configs/avunified/all_tasks_audio_only.py
"""
from mmengine.config import read_base

with read_base():
    from .all_tasks import *

model.data_preprocessor.mute = ('visual', )
