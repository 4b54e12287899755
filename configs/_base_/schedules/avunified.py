"""The paper's schedule: Adam, 1e-4, a tenth of it every 10 epochs, 200 epochs of batches of 64 over 6 GPUs."""
from mmengine.optim import OptimWrapper, StepLR
from mmengine.runner import IterBasedTrainLoop, ValLoop
from torch.optim import Adam

from avreg.engine import SilentTestLoop

# Samples of all training splits over the batch: AVE 3,339, LLP 10,000, VGG-SS 10,000 pairs, S4 3,452, MS3 296, AVSS 8,498, MUSIC-AVQA 31,927.
_epoch = 1055
train_cfg = dict(type=IterBasedTrainLoop, max_iters=200 * _epoch, val_interval=10 * _epoch, fast_forward_on_resume=True)
val_cfg = dict(type=ValLoop)
test_cfg = dict(type=SilentTestLoop)
optim_wrapper = dict(type=OptimWrapper, optimizer=dict(type=Adam, lr=1e-4))
param_scheduler = [dict(type=StepLR, step_size=10 * _epoch, gamma=0.1, by_epoch=False)]
auto_scale_lr = dict(enable=False, base_batch_size=64)
