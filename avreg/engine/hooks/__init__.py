"""Runner hooks."""
from .bad_media_hook import BadMediaHook
from .feature_passport_hook import FeaturePassportHook
from .metrics_file_hook import MetricsFileHook
from .picture_hook import PictureHook
from .reproducibility_hook import ReproducibilityHook
from .strict_load_hook import StrictLoadHook
from .weight_average_hook import WeightAverageHook

__all__ = ['BadMediaHook', 'FeaturePassportHook', 'MetricsFileHook', 'PictureHook', 'ReproducibilityHook', 'StrictLoadHook',
           'WeightAverageHook']
