"""Parts that several necks or heads are made of."""
from .attend import attend
from .attentive_mmil_pooling import AttentiveMMILPooling
from .caption_decoder import CaptionDecoder
from .clip_groups import ClipGroups
from .event_points import EventPoints, EventTargets
from .frame_tokens import FrameTokens
from .gather_rows import gather_rows
from .grid_sinusoid import grid_sinusoid, sinusoid
from .hierarchical_experts import HierarchicalExperts
from .hybrid_attention_layer import HybridAttentionLayer
from .mask_collaboration import MaskCollaboration
from .merged_encoder import merged_encoder
from .packed_words import PackedWords
from .query_attention import QueryAttention
from .segment_fusion import SegmentFusion
from .sequence_attention import SequenceAttention, SequenceGate, max_pool_steps, zero_bias_linear
from .sequence_block import SequenceBlock
from .sound_mask_decoder import SoundMaskDecoder
from .standardized_conv import StandardizedConv2d
from .take_rows import take_rows
from .temporal_conv import TemporalConv
from .temporal_nms import temporal_nms, vote_segments
from .timeline_attention import attend_timelines
from .token_merging import Matching, match_tokens, merge_schedule, merge_to
from .token_places import TokenPlaces
from .word_answers import WordAnswers
from .word_layer import WordLayer, exchange_words
from .word_matching import WordMatching

__all__ = [
    'AttentiveMMILPooling', 'CaptionDecoder', 'ClipGroups', 'EventPoints', 'EventTargets', 'FrameTokens', 'HierarchicalExperts',
    'HybridAttentionLayer', 'MaskCollaboration', 'Matching', 'PackedWords', 'QueryAttention', 'SegmentFusion', 'SequenceAttention', 'SequenceBlock',
    'SequenceGate', 'SoundMaskDecoder', 'StandardizedConv2d', 'TemporalConv', 'TokenPlaces', 'WordAnswers', 'WordLayer', 'WordMatching',
    'attend', 'attend_timelines', 'exchange_words', 'gather_rows', 'grid_sinusoid', 'match_tokens', 'max_pool_steps', 'merge_schedule', 'merge_to',
    'merged_encoder', 'sinusoid', 'take_rows', 'temporal_nms', 'vote_segments', 'zero_bias_linear',
]
