"""CCNet's CMCC before the AVE head of AV-Unified, on the embedded AVWorld: any neck works under any head.

Command: python tools/train.py configs/avunified/cmcc_ave.py
"""
from mmengine.config import read_base

from avreg.models.necks import CMCC

with read_base():
    from .ave import *

# Clips of ten seconds, one level: the interaction and the gates, no pyramid.
model.necks = [*model.necks[:2], dict(type=CMCC, channels=128, max_length=10, num_levels=1, path_scale=0.1), *model.necks[2:]]
