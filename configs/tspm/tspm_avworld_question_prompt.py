"""Table 3: TSPM on AVWorld with the question itself as the prompt.

Command: python tools/train.py configs/tspm/tspm_avworld_question_prompt.py
"""
from mmengine.config import read_base

with read_base():
    from .tspm_avworld import *

model.necks[1].query = 'text'
