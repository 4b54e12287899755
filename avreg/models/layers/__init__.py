"""Parts that several necks or heads are made of."""
from .attentive_mmil_pooling import AttentiveMMILPooling
from .frame_tokens import FrameTokens
from .gathering_attention import GatheringAttention
from .segment_fusion import SegmentFusion
from .standardized_conv import StandardizedConv2d

__all__ = ['AttentiveMMILPooling', 'FrameTokens', 'GatheringAttention', 'SegmentFusion', 'StandardizedConv2d']
