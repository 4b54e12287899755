"""Flickr-SoundNet in the layout of the official download, test only; AVWorld has none, so a real folder must be given."""
from mmengine.config import read_base

from avreg.datasets import FlickrSoundNet

with read_base():
    from .pixel_pipelines import pair_test_pipeline

flickr_soundnet_root = 'data/flickr_soundnet'
# The map at the size of the metric.
flickr_soundnet_test = dict(type=FlickrSoundNet, data_root=flickr_soundnet_root, split='test', map_size=224, pipeline=pair_test_pipeline)
