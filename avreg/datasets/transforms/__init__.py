"""From media files to model inputs: dict -> dict."""
from .augment import AudioGain, FrameJitter, SpecMask
from .cached import Cached
from .load_clip import LoadClip
from .log_mel import LogMel
from .pack_av_inputs import PackAVInputs
from .random_flip import RandomFlip
from .resize import Resize
from .thin_segments import ThinSegments
from .tokenize_text import TokenizeText

__all__ = ['AudioGain', 'Cached', 'FrameJitter', 'LoadClip', 'LogMel', 'PackAVInputs', 'RandomFlip', 'Resize',
           'SpecMask', 'ThinSegments', 'TokenizeText']
