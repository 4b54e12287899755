"""A schedule of some minutes on two cores."""
from mmengine.optim import CosineAnnealingLR, LinearLR, OptimWrapper
from mmengine.runner import IterBasedTrainLoop, ValLoop
from torch.optim import AdamW

from avreg.engine import MergedGroupsConstructor, SilentTestLoop

_max_iters = 1900
# ReproducibilityHook puts the sampler at the right iteration, nothing has to be loaded and thrown away.
train_cfg = dict(type=IterBasedTrainLoop, max_iters=_max_iters, val_interval=_max_iters, fast_forward_on_resume=True)
val_cfg = dict(type=ValLoop)
test_cfg = dict(type=SilentTestLoop)
optim_wrapper = dict(
    type=OptimWrapper,
    constructor=MergedGroupsConstructor,
    optimizer=dict(type=AdamW, lr=1.5e-3, weight_decay=0.02, betas=(0.9, 0.98), fused=True),
    # The prompt's query decides by a softmax what is left of every feature: at full speed it collapses onto a few positions before the
    # heads have learned what is worth looking at.
    paramwise_cfg=dict(norm_decay_mult=0.0, bias_decay_mult=0.0, custom_keys={'prompt_query': dict(lr_mult=0.005)}),
    clip_grad=dict(max_norm=1.0))
param_scheduler = [
    dict(type=LinearLR, start_factor=0.01, by_epoch=False, begin=0, end=100),
    dict(type=CosineAnnealingLR, T_max=_max_iters - 100, eta_min=1e-5, by_epoch=False, begin=100, end=_max_iters),
]
