"""TSPM's schedule: Adam, 1e-4, a tenth of it every 8 epochs, 30 epochs of batches of 64; the best epoch on val counts."""
from mmengine.optim import OptimWrapper, StepLR
from mmengine.runner import IterBasedTrainLoop, ValLoop
from torch.optim import Adam

from avreg.engine import SilentTestLoop

# The 31,927 training questions of MUSIC-AVQA's update over the batch.
_epoch = 499
train_cfg = dict(type=IterBasedTrainLoop, max_iters=30 * _epoch, val_interval=_epoch, fast_forward_on_resume=True)
val_cfg = dict(type=ValLoop)
test_cfg = dict(type=SilentTestLoop)
optim_wrapper = dict(type=OptimWrapper, optimizer=dict(type=Adam, lr=1e-4))
param_scheduler = [dict(type=StepLR, step_size=8 * _epoch, gamma=0.1, by_epoch=False)]
auto_scale_lr = dict(enable=False, base_batch_size=64)
