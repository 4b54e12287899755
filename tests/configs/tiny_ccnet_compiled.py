"""tiny_ccnet.py under torch.compile: the step is traced and run as traced, for compiling it would take minutes. One iteration, no test."""
from mmengine.config import read_base

with read_base():
    from .tiny_ccnet import *

compile = dict(backend='eager')
train_cfg.update(max_iters=1)
default_hooks.checkpoint.interval = 1
val_cfg = val_dataloader = val_evaluator = None
test_cfg = test_dataloader = test_evaluator = None
