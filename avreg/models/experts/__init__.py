"""Frozen networks that a head consults: encoders of the region that sounds, and experts about the whole clip."""
from .clip_region_encoder import CLIPRegionEncoder
from .embedded_expert import EmbeddedExpert
from .embedded_region_encoder import EmbeddedRegionEncoder
from .llava_expert import LlavaExpert

__all__ = ['CLIPRegionEncoder', 'EmbeddedExpert', 'EmbeddedRegionEncoder', 'LlavaExpert']
