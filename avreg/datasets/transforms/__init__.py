"""From media files to model inputs: dict -> dict."""
from .augment import AudioGain, FrameJitter, SpecMask
from .cached import Cached
from .clip_tokenizer import CLIPBytePairTokenizer
from .construct_prompt import ConstructPrompt
from .crop_events import CropEvents
from .load_clip import LoadClip
from .load_features import LoadFeatures
from .load_frames import LoadFrames
from .load_masks import LoadMasks
from .load_pair import LoadPair
from .log_mel import LogMel
from .pack_av_inputs import PackAVInputs
from .random_flip import RandomFlip
from .resize import Resize
from .resize_masks import ResizeMasks
from .thin_segments import ThinSegments
from .tokenize_captions import TokenizeCaptions
from .tokenize_text import TokenizeText

__all__ = [
    'AudioGain', 'CLIPBytePairTokenizer', 'Cached', 'ConstructPrompt', 'CropEvents', 'FrameJitter', 'LoadClip', 'LoadFeatures', 'LoadFrames',
    'LoadMasks', 'LoadPair', 'LogMel', 'PackAVInputs', 'RandomFlip', 'Resize', 'ResizeMasks', 'SpecMask', 'ThinSegments', 'TokenizeCaptions',
    'TokenizeText',
]
