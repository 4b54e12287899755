"""Encoders of one modality each: inputs -> named fields of AVFeatures."""
from .embedded_audio_encoder import EmbeddedAudioEncoder
from .embedded_pyramid_encoder import EmbeddedPyramidEncoder
from .embedded_text_encoder import EmbeddedTextEncoder
from .embedded_visual_encoder import EmbeddedVisualEncoder
from .feature_identity import FeatureIdentity
from .pvt_v2_pyramid import PVTv2Pyramid

__all__ = [
    'EmbeddedAudioEncoder', 'EmbeddedPyramidEncoder', 'EmbeddedTextEncoder', 'EmbeddedVisualEncoder', 'FeatureIdentity', 'PVTv2Pyramid'
]
