"""CCNet with the small encoders, trained from scratch. Every module is that of the paper-scale model, narrower.

The residual paths start at 0.1, not at 1e-4: some hundred iterations would not open them.
"""
from mmengine.config import read_base

from avreg.models import AVModel
from avreg.models.backbones import EmbeddedAudioEncoder, EmbeddedVisualEncoder
from avreg.models.data_preprocessors import AVDataPreprocessor
from avreg.models.heads import DenseEventHead
from avreg.models.necks import CMCC, MTGC, UnimodalEncoder

with read_base():
    from ..datasets.unav100 import unav100_grid, unav100_length

model = dict(
    type=AVModel,
    data_preprocessor=dict(type=AVDataPreprocessor),
    backbones=dict(
        audio=dict(type=EmbeddedAudioEncoder, channels=96, width=32),
        visual=dict(type=EmbeddedVisualEncoder, channels=96, width=24)),
    necks=[
        dict(type=UnimodalEncoder, channels=96, max_length=unav100_length, path_scale=0.1),
        dict(type=CMCC, channels=96, max_length=unav100_length, num_levels=5, path_scale=0.1),
        dict(type=MTGC, channels=192, class_channels=16, max_length=unav100_length, num_levels=5, path_scale=0.1),
    ],
    heads=dict(
        unav100=dict(
            type=DenseEventHead, channels=192, head_channels=96, grid=unav100_grid,
            ranges=((0, 4), (4, 8), (8, 16), (16, 32), (32, 10000)))))
