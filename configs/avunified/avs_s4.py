"""AV-Unified on AVSBench S4 alone, on the embedded AVWorld: the row "w/o jt" of the paper's Table VI.

Command: python tools/train.py configs/avunified/avs_s4.py
"""
from mmengine.config import read_base

with read_base():
    from .all_tasks import *

benchmarks = ['avs_s4']
