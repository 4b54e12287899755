"""AV-Unified on AVSS alone, on the embedded AVWorld: the row "w/o jt" of the paper's Table VI.

Command: python tools/train.py configs/avunified/avss.py
"""
from mmengine.config import read_base

with read_base():
    from .all_tasks import *

benchmarks = ['avss']
