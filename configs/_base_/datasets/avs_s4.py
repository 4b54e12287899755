"""AVSBench S4 in the layout of the official download; the default root is the embedded AVWorld."""
from mmengine.config import read_base

from avreg.datasets import AVSS4

with read_base():
    from .pixel_pipelines import mask_test_pipeline, mask_train_pipeline

avs_s4_root = 'data/avworld/avsbench'
avs_s4_train = dict(type=AVSS4, data_root=avs_s4_root, split='train', pipeline=mask_train_pipeline)
avs_s4_val = dict(type=AVSS4, data_root=avs_s4_root, split='val', pipeline=mask_test_pipeline)
avs_s4_test = dict(type=AVSS4, data_root=avs_s4_root, split='test', pipeline=mask_test_pipeline)
