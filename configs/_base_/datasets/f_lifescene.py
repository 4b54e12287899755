"""F-Lifescene in the layout of avreg/datasets/ra_ssu.py, as nothing is published; the default root is the embedded AVWorld."""
from mmengine.config import read_base

from avreg.datasets import FLifescene

with read_base():
    from .pixel_pipelines import caption_test_pipeline, caption_train_pipeline

f_lifescene_root = 'data/avworld/f_lifescene'
f_lifescene_train = dict(type=FLifescene, data_root=f_lifescene_root, split='train', pipeline=caption_train_pipeline)
f_lifescene_val = dict(type=FLifescene, data_root=f_lifescene_root, split='val', pipeline=caption_test_pipeline)
f_lifescene_test = dict(type=FLifescene, data_root=f_lifescene_root, split='test', pipeline=caption_test_pipeline)
