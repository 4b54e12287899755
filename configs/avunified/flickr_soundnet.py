"""The joint model, tested on Flickr-SoundNet: where a source is, by the head that learned it from the pairs of VGG-SS.

Command: python tools/train.py configs/avunified/flickr_soundnet.py
Or a checkpoint of all_tasks.py, or of vggss.py (on VGGSound's own pairs with data_roots.vggss):
python tools/test.py configs/avunified/flickr_soundnet.py work_dirs/all_tasks/iter_1900.pth
"""
from mmengine.config import read_base

with read_base():
    from .all_tasks import *
    from .._base_.datasets.flickr_soundnet import *

data_roots.update(flickr_soundnet='data/flickr_soundnet')
model.heads.vggss.benchmarks = ['vggss', 'flickr_soundnet']
test_dataloader.dataset.datasets = [flickr_soundnet_test]
test_evaluator = dict(type=BenchmarkEvaluator, metrics=dict(flickr_soundnet=dict(type=CIoU)))
test_cfg.silent = ['flickr_soundnet']
