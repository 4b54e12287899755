"""distance_iou_loss: overlap and distance of two segments around one point."""
from __future__ import annotations

import torch
from torch import Tensor

_EPS = 1e-8


def distance_iou_loss(pred: Tensor, target: Tensor) -> Tensor:
    """1 - IoU + (distance of the centres / length of the hull)^2 (Zheng et al., AAAI 2020) in one dimension, of each pair.

    Args:
        pred, target: float[..., 2], distances of a point inside both segments to their starts and ends; not negative.
    """
    both = torch.minimum(pred, target).sum(-1)
    hull = torch.maximum(pred, target).sum(-1).clamp(min=_EPS)
    either = (pred.sum(-1) + target.sum(-1) - both).clamp(min=_EPS)
    centres = 0.5 * ((pred[..., 1] - pred[..., 0]) - (target[..., 1] - target[..., 0]))
    return 1 - both / either + (centres / hull).square()
