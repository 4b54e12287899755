"""VGG-SS in the layout of the official download; the default root is the embedded AVWorld."""
from mmengine.config import read_base

from avreg.datasets import VGGSS

with read_base():
    from .pixel_pipelines import pair_test_pipeline, pair_train_pipeline

vggss_root = 'data/avworld/vggss'
vggss_train = dict(type=VGGSS, data_root=vggss_root, split='train', pipeline=pair_train_pipeline)
vggss_val = dict(type=VGGSS, data_root=vggss_root, split='val', pipeline=pair_test_pipeline)
vggss_test = dict(type=VGGSS, data_root=vggss_root, split='test', pipeline=pair_test_pipeline)
