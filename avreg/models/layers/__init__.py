"""Parts that several necks or heads are made of."""
from .answer_words import answer_words
from .attentive_mmil_pooling import AttentiveMMILPooling
from .clip_groups import ClipGroups
from .frame_tokens import FrameTokens
from .hybrid_attention_layer import HybridAttentionLayer
from .merged_encoder import merged_encoder
from .query_attention import QueryAttention
from .segment_fusion import SegmentFusion
from .standardized_conv import StandardizedConv2d
from .token_merging import Matching, match_tokens, merge_schedule, merge_to
from .word_matching import WordMatching

__all__ = ['AttentiveMMILPooling', 'ClipGroups', 'FrameTokens', 'HybridAttentionLayer', 'Matching', 'QueryAttention', 'SegmentFusion',
           'StandardizedConv2d', 'WordMatching', 'answer_words', 'match_tokens', 'merge_schedule', 'merge_to', 'merged_encoder']
