"""SSU-S: the masks alone, a row of the paper's Table II, on AVWorld.

Command: python tools/train.py configs/ssuformer/ssuformer_avworld_masks_only.py
"""
from mmengine.config import read_base

from avreg.evaluation import AVSObject

with read_base():
    from .ssuformer_avworld import *

model.heads.f_music.update(captions=None, region_encoder=None, regional_consistency=False, expert=None)
# Masks alone are scored as those of AVSBench.
val_evaluator.metrics.f_music = dict(type=AVSObject)
test_evaluator = val_evaluator
