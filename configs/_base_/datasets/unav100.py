"""UnAV-100 in the layout of the official download; the default root is the embedded AVWorld, read as media, one segment a second."""
from avreg.datasets import UnAV100
from avreg.datasets.transforms import Cached, CropEvents, LoadClip, LogMel, PackAVInputs, RandomFlip, Resize

unav100_root = 'data/avworld/unav100'
# Segment i is the second from i to i + 1, and stands for its middle.
unav100_grid = dict(fps=1, window=1, stride=1)
unav100_length = 40
_load = dict(
    type=Cached,
    folder='data/cache',
    transforms=[dict(type=LoadClip, sample_rate=16000), dict(type=Resize, size=(80, 80)), dict(type=LogMel, hop='second')])
unav100_train_pipeline = [
    _load, dict(type=CropEvents, max_length=unav100_length, grid=unav100_grid), dict(type=RandomFlip, prob=0.5), dict(type=PackAVInputs)]
unav100_test_pipeline = [_load, dict(type=PackAVInputs)]
unav100_train = dict(type=UnAV100, data_root=unav100_root, split='train', pipeline=unav100_train_pipeline)
unav100_val = dict(type=UnAV100, data_root=unav100_root, split='validation', pipeline=unav100_test_pipeline)
unav100_test = dict(type=UnAV100, data_root=unav100_root, split='test', pipeline=unav100_test_pipeline)
