"""The joint model without CrossModalSPM, a row of the paper's Table VII.

Command: python tools/train.py configs/avunified/all_tasks_without_spm.py
"""
from mmengine.config import read_base

with read_base():
    from .all_tasks import *

position, temporal, _, prompt = model.necks
model.necks = [position, temporal, prompt]
# There is no spatial audio then: who reads it takes the audio, or does without.
prompt.streams = ('audio', 'visual', 'patches')
model.heads.ave.streams = ('audio', 'visual', 'patches')
model.heads.segmentation.audio_stream = 'audio'
model.heads.music_avqa.streams = ('audio', 'visual', 'patches', 'encoded_audio', 'encoded_patches')
