"""The published schedule: AdamW, 1e-4, batch 16, 5 epochs of warm-up by iteration and 40 of cosine, a running average of the weights."""
from mmengine.optim import CosineAnnealingLR, LinearLR, OptimWrapper
from mmengine.runner import IterBasedTrainLoop, ValLoop
from torch.optim import AdamW

from avreg.engine import MergedGroupsConstructor, SilentTestLoop

# 6,489 training videos in batches of 16, the incomplete one dropped.
_epoch = 405
train_cfg = dict(type=IterBasedTrainLoop, max_iters=45 * _epoch, val_interval=_epoch, fast_forward_on_resume=True)
val_cfg = dict(type=ValLoop)
test_cfg = dict(type=SilentTestLoop)
optim_wrapper = dict(
    type=OptimWrapper,
    constructor=MergedGroupsConstructor,
    optimizer=dict(type=AdamW, lr=1e-4, weight_decay=1e-4),
    # Neither biases nor norms nor the scales of paths and levels decay.
    paramwise_cfg=dict(norm_decay_mult=0.0, bias_decay_mult=0.0, custom_keys={'_scale': dict(decay_mult=0.0)}),
    clip_grad=dict(max_norm=1.0))
param_scheduler = [
    # The first step has (next to) no rate; MMEngine divides by it, so it is not 0.
    dict(type=LinearLR, start_factor=1e-8, by_epoch=False, begin=0, end=5 * _epoch),
    dict(type=CosineAnnealingLR, T_max=40 * _epoch, eta_min=1e-8, by_epoch=False, begin=5 * _epoch, end=45 * _epoch),
]
auto_scale_lr = dict(enable=False, base_batch_size=16)
