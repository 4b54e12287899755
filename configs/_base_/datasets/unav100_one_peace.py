"""UnAV-100 as ONE-PEACE features, for CCNet: 16 frames a second, windows of 16 every 4."""
from avreg.datasets import UnAV100
from avreg.datasets.transforms import CropEvents, LoadFeatures, PackAVInputs

unav100_root = 'data/UnAV-100'
unav100_grid = dict(fps=16, window=16, stride=4)
unav100_length = 256
unav100_train_pipeline = [
    dict(type=LoadFeatures), dict(type=CropEvents, max_length=unav100_length, grid=unav100_grid), dict(type=PackAVInputs)]
unav100_test_pipeline = [dict(type=LoadFeatures), dict(type=PackAVInputs)]
_video = dict(type=UnAV100, data_root=unav100_root, features='one_peace')
unav100_train = dict(**_video, split='train', pipeline=unav100_train_pipeline)
unav100_val = dict(**_video, split='validation', pipeline=unav100_test_pipeline)
unav100_test = dict(**_video, split='test', pipeline=unav100_test_pipeline)
