"""F-Music in the layout of avreg/datasets/ra_ssu.py, as nothing is published; the default root is the embedded AVWorld."""
from mmengine.config import read_base

from avreg.datasets import FMusic

with read_base():
    from .pixel_pipelines import caption_test_pipeline, caption_train_pipeline

f_music_root = 'data/avworld/f_music'
f_music_train = dict(type=FMusic, data_root=f_music_root, split='train', pipeline=caption_train_pipeline)
f_music_val = dict(type=FMusic, data_root=f_music_root, split='val', pipeline=caption_test_pipeline)
f_music_test = dict(type=FMusic, data_root=f_music_root, split='test', pipeline=caption_test_pipeline)
