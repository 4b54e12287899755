"""AVSS (AVSBench-semantic) in the layout of the official download; the default root is the embedded AVWorld."""
from mmengine.config import read_base

from avreg.datasets import AVSSemantic

with read_base():
    from .pixel_pipelines import class_mask_train_pipeline, mask_test_pipeline

avss_root = 'data/avworld/avsbench'
avss_train = dict(type=AVSSemantic, data_root=avss_root, split='train', pipeline=class_mask_train_pipeline)
avss_val = dict(type=AVSSemantic, data_root=avss_root, split='val', pipeline=mask_test_pipeline)
avss_test = dict(type=AVSSemantic, data_root=avss_root, split='test', pipeline=mask_test_pipeline)
