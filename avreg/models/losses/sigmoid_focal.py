"""sigmoid_focal_loss: binary cross-entropy that looks away from what is easy."""
from __future__ import annotations

from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits


def sigmoid_focal_loss(logits: Tensor, target: Tensor, alpha: float = 0.25, gamma: float = 2.0) -> Tensor:
    """alpha_t (1 - p_t)^gamma BCE (Lin et al., ICCV 2017), of each entry.

    Args:
        logits: float[...].
        target: float[...] in 0..1; soft ones mix both sides.
        alpha: weight of the positive side, 1 - alpha that of the negative.
        gamma: how fast the easy ones fade.
    """
    p = logits.sigmoid()
    miss = p + target - 2 * p * target  # 1 - p_t
    weight = (alpha * target + (1 - alpha) * (1 - target)) * miss.pow(gamma)
    return weight * binary_cross_entropy_with_logits(logits, target, reduction='none')
