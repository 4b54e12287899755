"""AV-Unified on AVSBench MS3 alone, on the embedded AVWorld: the row "w/o jt" of the paper's Table VI.

Command: python tools/train.py configs/avunified/avs_ms3.py
"""
from mmengine.config import read_base

with read_base():
    from .all_tasks import *

benchmarks = ['avs_ms3']
