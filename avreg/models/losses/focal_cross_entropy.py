"""focal_cross_entropy: cross-entropy over classes that looks away from what is easy."""
from __future__ import annotations

from torch import Tensor
from torch.nn.functional import cross_entropy


def focal_cross_entropy(logits: Tensor, target: Tensor, gamma: float = 2.0) -> Tensor:
    """(1 - p)^gamma (-log p), p the probability of the true class (Lin et al., ICCV 2017), of each row.

    Args:
        logits: float[N, K].
        target: int64[N].
        gamma: how fast the easy ones fade; 0 is plain cross-entropy.
    """
    loss = cross_entropy(logits, target, reduction='none')
    return (-(-loss).expm1()).pow(gamma) * loss
