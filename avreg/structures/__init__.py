"""The data that travels: features between modules, samples between stages."""
from .av_data_sample import AVDataSample
from .av_features import AVFeatures
from .selection import Selection, take_segments

__all__ = ['AVDataSample', 'AVFeatures', 'Selection', 'take_segments']
