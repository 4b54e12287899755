"""AV-Unified on AVE, weakly supervised: the training sees one label a clip, the test scores every second.

Command: python tools/train.py configs/avunified/ave_weakly.py
"""
from mmengine.config import read_base

with read_base():
    from .ave import *

model.heads.ave.supervision = 'weakly'
train_dataloader.dataset.datasets[0].supervision = 'weakly'
