"""SSU-D: the sentences alone, a row of the paper's Table II, on AVWorld.

Command: python tools/train.py configs/ssuformer/ssuformer_avworld_text_only.py
"""
from mmengine.config import read_base

with read_base():
    from .ssuformer_avworld import *

model.heads.f_music.update(masks=None, region_encoder=None, regional_consistency=False, expert=None)
val_evaluator.metrics.f_music.masks = False
val_evaluator.main_metrics = dict(f_music='rouge_l')
test_evaluator = val_evaluator
