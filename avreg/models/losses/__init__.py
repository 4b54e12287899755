"""Losses that heads share."""
from .distance_iou import distance_iou_loss
from .sigmoid_focal import sigmoid_focal_loss

__all__ = ['distance_iou_loss', 'sigmoid_focal_loss']
