"""configs/ccnet/ccnet_avworld.py made tiny: some clips, a narrow network, four iterations. For tests that run the tools."""
from mmengine.config import read_base

with read_base():
    from ...configs.ccnet.ccnet_avworld import *

# A seed whose few clips have events of every duration that the metric asks for.
data_preparation[0].update(root='data/untrimmed', seed=3, sizes=dict(unav100=dict(train=4, val=2, test=4)), workers=1)
for _loader in (train_dataloader, val_dataloader, test_dataloader):
    _loader.dataset.datasets[0].data_root = 'data/untrimmed/unav100'
for _backbone in model.backbones.values():
    _backbone.update(channels=8, width=4)
for _neck, _width in zip(model.necks, (8, 8, 16)):
    _neck.channels = _width
model.necks[2].class_channels = 4
model.heads.unav100.update(channels=16, head_channels=8)
train_dataloader.batch_size = 2
val_dataloader.batch_size = 2
test_dataloader.batch_size = 2
train_cfg.update(max_iters=4, val_interval=4)
default_hooks.checkpoint.interval = 2
default_hooks.logger.interval = 1
