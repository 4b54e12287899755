"""Losses that heads share."""
from .distance_iou import distance_iou_loss
from .focal_cross_entropy import focal_cross_entropy
from .sigmoid_focal import sigmoid_focal_loss

__all__ = ['distance_iou_loss', 'focal_cross_entropy', 'sigmoid_focal_loss']
