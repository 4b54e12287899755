"""AVE in the layout of the official download; the default root is the embedded AVWorld."""
from mmengine.config import read_base

from avreg.datasets import AVE

with read_base():
    from .pipelines import test_pipeline, train_pipeline

ave_root = 'data/avworld/ave'
ave_train = dict(type=AVE, data_root=ave_root, split='train', pipeline=train_pipeline)
ave_val = dict(type=AVE, data_root=ave_root, split='val', pipeline=test_pipeline)
ave_test = dict(type=AVE, data_root=ave_root, split='test', pipeline=test_pipeline)
