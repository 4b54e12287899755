"""AVSBench MS3 in the layout of the official download; the default root is the embedded AVWorld."""
from mmengine.config import read_base

from avreg.datasets import AVSMS3

with read_base():
    from .pixel_pipelines import mask_test_pipeline, mask_train_pipeline

avs_ms3_root = 'data/avworld/avsbench'
avs_ms3_train = dict(type=AVSMS3, data_root=avs_ms3_root, split='train', pipeline=mask_train_pipeline)
avs_ms3_val = dict(type=AVSMS3, data_root=avs_ms3_root, split='val', pipeline=mask_test_pipeline)
avs_ms3_test = dict(type=AVSMS3, data_root=avs_ms3_root, split='test', pipeline=mask_test_pipeline)
