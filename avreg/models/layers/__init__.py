"""Parts that several necks or heads are made of."""
from .attentive_mmil_pooling import AttentiveMMILPooling
from .segment_fusion import SegmentFusion
from .serialize import serialize

__all__ = ['AttentiveMMILPooling', 'SegmentFusion', 'serialize']
