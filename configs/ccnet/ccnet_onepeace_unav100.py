"""CCNet on UnAV-100 with ONE-PEACE features, the lower part of the paper's Table 1 (its best model).

Command: python tools/train.py configs/ccnet/ccnet_onepeace_unav100.py
Then the averaged weights of the epoch that was best on the validation split, on the test split:
python tools/test.py configs/ccnet/ccnet_onepeace_unav100.py work_dirs/ccnet_onepeace_unav100/best_score_iter_<n>.pth
"""
from mmengine.config import read_base

with read_base():
    from .ccnet_avworld import *
    from .._base_.datasets.unav100_one_peace import *
    from .._base_.models.ccnet import *
    from .._base_.schedules.ccnet import *

data_preparation = []
fill_cache = False
train_dataloader.update(batch_size=16, num_workers=4, persistent_workers=True)
train_dataloader.dataset.datasets = [unav100_train]
val_dataloader.update(batch_size=16, num_workers=4)
val_dataloader.dataset.datasets = [unav100_val]
test_dataloader.update(batch_size=16, num_workers=4)
test_dataloader.dataset.datasets = [unav100_test]
custom_hooks[-1].decay = 0.999
default_hooks.checkpoint.interval = 405
randomness.seed = 1234567891

for _name, _width in (('audio', 1536), ('visual', 1536)):
    model.backbones[_name].width = _width
    model.necks[0][f'{_name}_channels'] = _width
for _neck in model.necks:
    _neck.max_length = unav100_length
model.heads.unav100.grid = unav100_grid
