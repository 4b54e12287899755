"""Parts that several necks or heads are made of."""
from .attentive_mmil_pooling import AttentiveMMILPooling
from .clip_groups import ClipGroups
from .event_points import EventPoints, EventTargets
from .frame_tokens import FrameTokens
from .segment_fusion import SegmentFusion
from .sequence_attention import SequenceAttention, SequenceGate, max_pool_steps, zero_bias_linear
from .sequence_block import SequenceBlock
from .standardized_conv import StandardizedConv2d
from .temporal_conv import TemporalConv
from .temporal_nms import temporal_nms, vote_segments

__all__ = ['AttentiveMMILPooling', 'ClipGroups', 'EventPoints', 'EventTargets', 'FrameTokens', 'SegmentFusion', 'SequenceAttention',
           'SequenceBlock', 'SequenceGate', 'StandardizedConv2d', 'TemporalConv', 'max_pool_steps', 'temporal_nms', 'vote_segments',
           'zero_bias_linear']
