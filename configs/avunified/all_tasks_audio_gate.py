"""The joint model with a gate: each patch takes the sound by a sigmoid, not all alike as Eq. 6 prints it. Not trained here.

Command: python tools/train.py configs/avunified/all_tasks_audio_gate.py
"""
from mmengine.config import read_base

with read_base():
    from .all_tasks import *

model.necks[2].audio_gate = 'sigmoid'
