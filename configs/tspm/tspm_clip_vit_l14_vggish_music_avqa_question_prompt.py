"""Table 3: TSPM with the question itself as the prompt. Published: 75.16.

Command: python tools/train.py configs/tspm/tspm_clip_vit_l14_vggish_music_avqa_question_prompt.py
"""
from mmengine.config import read_base

with read_base():
    from .tspm_clip_vit_l14_vggish_music_avqa import *

model.necks[1].query = 'text'
