"""The joint model without TaskPromptGuidance, a row of the paper's Table VII.

Command: python tools/train.py configs/avunified/all_tasks_without_tpgl.py
"""
from mmengine.config import read_base

with read_base():
    from .all_tasks import *

model.necks = model.necks[:3]
