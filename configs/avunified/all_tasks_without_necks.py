"""The joint model without MultiScaleTPM, CrossModalSPM and TaskPromptGuidance, a row of the paper's Table VII.

Command: python tools/train.py configs/avunified/all_tasks_without_necks.py
"""
from mmengine.config import read_base

with read_base():
    from .all_tasks import *

model.necks = model.necks[:1]
# There is no spatial audio then: who reads it takes the audio, or does without.
model.heads.ave.streams = ('audio', 'visual', 'patches')
model.heads.segmentation.audio_stream = 'audio'
model.heads.music_avqa.streams = ('audio', 'visual', 'patches', 'encoded_audio', 'encoded_patches')
