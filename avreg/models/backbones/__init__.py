"""Encoders of one modality each: inputs -> named fields of AVFeatures."""
from .embedded_audio_encoder import EmbeddedAudioEncoder
from .embedded_text_encoder import EmbeddedTextEncoder
from .embedded_visual_encoder import EmbeddedVisualEncoder
from .feature_identity import FeatureIdentity

__all__ = ['EmbeddedAudioEncoder', 'EmbeddedTextEncoder', 'EmbeddedVisualEncoder', 'FeatureIdentity']
