"""Parts that several necks or heads are made of."""
from .attentive_mmil_pooling import AttentiveMMILPooling
from .frame_tokens import FrameTokens
from .segment_fusion import SegmentFusion
from .serialize import serialize
from .standardized_conv import StandardizedConv2d

__all__ = ['AttentiveMMILPooling', 'FrameTokens', 'SegmentFusion', 'StandardizedConv2d', 'serialize']
