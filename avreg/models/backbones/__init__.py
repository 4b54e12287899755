"""Encoders of one modality each: inputs -> named fields of AVFeatures."""
from .clip_text_encoder import CLIPTextEncoder
from .clip_visual_encoder import CLIPVisualEncoder
from .embedded_audio_encoder import EmbeddedAudioEncoder
from .embedded_pyramid_encoder import EmbeddedPyramidEncoder
from .embedded_text_encoder import EmbeddedTextEncoder
from .embedded_visual_encoder import EmbeddedVisualEncoder
from .feature_identity import FeatureIdentity
from .pretrained_encoder import PretrainedEncoder
from .pvt_v2_pyramid import PVTv2Pyramid
from .vggish_encoder import VGGishEncoder

__all__ = [
    'CLIPTextEncoder', 'CLIPVisualEncoder', 'EmbeddedAudioEncoder', 'EmbeddedPyramidEncoder', 'EmbeddedTextEncoder',
    'EmbeddedVisualEncoder', 'FeatureIdentity', 'PVTv2Pyramid', 'PretrainedEncoder', 'VGGishEncoder'
]
