"""The paper's schedule: Adam, 2e-5, 60 epochs of batches of 4."""
from mmengine.optim import OptimWrapper
from mmengine.runner import IterBasedTrainLoop, ValLoop
from torch.optim import Adam

from avreg.engine import SilentTestLoop

# F-Music's 2,982 training clips over the batch.
_epoch = 745
train_cfg = dict(type=IterBasedTrainLoop, max_iters=60 * _epoch, val_interval=_epoch, fast_forward_on_resume=True)
val_cfg = dict(type=ValLoop)
test_cfg = dict(type=SilentTestLoop)
optim_wrapper = dict(type=OptimWrapper, optimizer=dict(type=Adam, lr=2e-5))
param_scheduler = []
auto_scale_lr = dict(enable=False, base_batch_size=4)
