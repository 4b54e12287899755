"""AV-Unified on all benchmarks of AVWorld, with this plugin's head for AVE; the rest is avreg's own config.

Command: python tools/train.py plugins/example/configs/example_all_tasks.py
"""
from mmengine.config import read_base

from plugins.example.heads import CosineLocalizationHead

with read_base():
    from avreg.configs.avunified.all_tasks import *

model.heads.ave = dict(type=CosineLocalizationHead, channels=128, num_classes=29)
