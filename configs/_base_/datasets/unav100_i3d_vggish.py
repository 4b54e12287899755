"""UnAV-100 as the official I3D (two streams) and VGGish features, for CCNet: 25 frames a second, windows of 24 every 8."""
from avreg.datasets import UnAV100
from avreg.datasets.transforms import CropEvents, LoadFeatures, PackAVInputs

unav100_root = 'data/UnAV-100'
unav100_grid = dict(fps=25, window=24, stride=8)
unav100_length = 224
unav100_train_pipeline = [
    dict(type=LoadFeatures), dict(type=CropEvents, max_length=unav100_length, grid=unav100_grid), dict(type=PackAVInputs)]
unav100_test_pipeline = [dict(type=LoadFeatures), dict(type=PackAVInputs)]
_video = dict(type=UnAV100, data_root=unav100_root, features='i3d_vggish')
unav100_train = dict(**_video, split='train', pipeline=unav100_train_pipeline)
unav100_val = dict(**_video, split='validation', pipeline=unav100_test_pipeline)
unav100_test = dict(**_video, split='test', pipeline=unav100_test_pipeline)
