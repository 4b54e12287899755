"""configs/avunified/all_tasks.py made tiny: some clips, a narrow model, six iterations. For tests that run the tools."""
from mmengine.config import read_base

with read_base():
    from ...configs.avunified.all_tasks import *

data_preparation[0].sizes = dict(
    ave=dict(train=10, val=3, test=5), llp=dict(train=10, val=3, test=5), vggss=dict(train=6, val=2, test=3),
    avs_s4=dict(train=4, val=2, test=3), avs_ms3=dict(train=4, val=2, test=3), avss=dict(train=3, val=1, test=2),
    music_avqa=dict(train=5, val=20, test=20))
data_preparation[0].workers = 1
model.backbones.audio.update(channels=16, width=8)
model.backbones.visual.update(widths=(4, 8, 12, 16), frame_channels=16)
model.backbones.text.update(channels=16)
for _neck in model.necks:
    _neck.channels = 16
for _head in model.heads.values():
    _head.channels = 16
model.heads.segmentation.update(in_channels=(4, 8, 12, 16), audio_channels=16)
train_dataloader.batch_size = dict(ave=3, llp=3, vggss=3, avs_s4=2, avs_ms3=2, avss=2, music_avqa=6)
val_dataloader.update(batch_size=4, num_workers=0)
test_dataloader.update(batch_size=4, num_workers=0)
train_cfg.update(max_iters=6, val_interval=4)
default_hooks.checkpoint.interval = 2
default_hooks.logger.interval = 1
