"""The data that travels: features between modules, samples between stages."""
from .av_data_sample import AVDataSample
from .av_features import AVFeatures
from .pyramid_level import PyramidLevel
from .selection import Selection, take_segments
from .time_grid import TimeGrid

__all__ = ['AVDataSample', 'AVFeatures', 'PyramidLevel', 'Selection', 'TimeGrid', 'take_segments']
