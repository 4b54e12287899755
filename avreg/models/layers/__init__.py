"""Parts that several necks or heads are made of."""
from .attentive_mmil_pooling import AttentiveMMILPooling
from .clip_groups import ClipGroups
from .frame_tokens import FrameTokens
from .segment_fusion import SegmentFusion
from .standardized_conv import StandardizedConv2d
from .word_matching import WordMatching

__all__ = ['AttentiveMMILPooling', 'ClipGroups', 'FrameTokens', 'SegmentFusion', 'StandardizedConv2d', 'WordMatching']
