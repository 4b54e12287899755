"""LLP in the layout of the official download; the default root is the embedded AVWorld."""
from mmengine.config import read_base

from avreg.datasets import LLP

with read_base():
    from .pipelines import test_pipeline, train_pipeline

llp_root = 'data/avworld/llp'
llp_train = dict(type=LLP, data_root=llp_root, split='train', pipeline=train_pipeline)
llp_val = dict(type=LLP, data_root=llp_root, split='val', pipeline=test_pipeline)
llp_test = dict(type=LLP, data_root=llp_root, split='test', pipeline=test_pipeline)
