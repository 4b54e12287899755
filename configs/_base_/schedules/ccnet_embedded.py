"""A schedule of some minutes on two cores: the paper's, with a higher rate and fewer iterations."""
from mmengine.optim import CosineAnnealingLR, LinearLR, OptimWrapper
from mmengine.runner import IterBasedTrainLoop, ValLoop
from torch.optim import AdamW

from avreg.engine import MergedGroupsConstructor, SilentTestLoop

_max_iters = 600
train_cfg = dict(type=IterBasedTrainLoop, max_iters=_max_iters, val_interval=300, fast_forward_on_resume=True)
val_cfg = dict(type=ValLoop)
test_cfg = dict(type=SilentTestLoop)
optim_wrapper = dict(
    type=OptimWrapper,
    constructor=MergedGroupsConstructor,
    optimizer=dict(type=AdamW, lr=5e-4, weight_decay=1e-4, fused=True),
    # Neither biases nor norms nor the scales of paths and levels decay.
    paramwise_cfg=dict(norm_decay_mult=0.0, bias_decay_mult=0.0, custom_keys={'_scale': dict(decay_mult=0.0)}),
    clip_grad=dict(max_norm=1.0))
param_scheduler = [
    dict(type=LinearLR, start_factor=0.01, by_epoch=False, begin=0, end=40),
    dict(type=CosineAnnealingLR, T_max=_max_iters - 40, eta_min=1e-6, by_epoch=False, begin=40, end=_max_iters),
]
