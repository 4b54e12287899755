"""Runner hooks."""
from .bad_media_hook import BadMediaHook
from .metrics_file_hook import MetricsFileHook
from .reproducibility_hook import ReproducibilityHook
from .weight_average_hook import WeightAverageHook

__all__ = ['BadMediaHook', 'MetricsFileHook', 'ReproducibilityHook', 'WeightAverageHook']
