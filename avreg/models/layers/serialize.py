"""The serialized sequence Z that AV-Unified's decoders read."""
from __future__ import annotations

import torch
from torch import Tensor

from avreg.structures import AVFeatures


def serialize(feats: AVFeatures) -> tuple[Tensor, Tensor]:
    """Z = [audio; visual; spatial audio and patches of every segment] (AV-Unified, after Eq. 9).

    Streams that the necks did not make (an ablation without the spatial module) are left out.

    Returns:
        Z float[B, 2T + T(M + 1), D] and bool[B, 2T + T(M + 1)], False on padding.
    """
    feats.require('audio', 'visual', 'valid', by='serialize')
    parts, valid = [feats.audio, feats.visual], [feats.valid, feats.valid]
    if feats.spatial_audio is not None:
        parts.append(feats.spatial_audio)
        valid.append(feats.valid)
    if feats.patches is not None:
        parts.append(feats.patches.flatten(1, 2))
        valid.append(feats.valid.repeat_interleave(feats.patches.shape[2], dim=1))
    return torch.cat(parts, 1), torch.cat(valid, 1)
