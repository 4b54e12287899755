"""The joint model without MultiScaleTPM, a row of the paper's Table VII.

Command: python tools/train.py configs/avunified/all_tasks_without_tpm.py
"""
from mmengine.config import read_base

with read_base():
    from .all_tasks import *

position, _, spatial, prompt = model.necks
model.necks = [position, spatial, prompt]
