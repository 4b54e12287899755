"""SegmentFusion: one vector a segment from the streams a head names."""
from __future__ import annotations

import torch
from mmengine.model import BaseModule
from torch import Tensor, nn

from avreg.structures import AVFeatures


class SegmentFusion(BaseModule):
    """Concatenates streams of AVFeatures for every segment; linear layer, LayerNorm, ReLU and dropout follow.

    Args:
        channels: width D of every stream and of the output.
        streams: fields of AVFeatures; ``'patches'`` enters as its maximum over the patches of the frame: an
            event fills few of them.
        owner: name of the head, for errors.
        dropout: on the output.
        init_cfg: MMEngine initialisation.
    """

    def __init__(self, channels: int, streams: tuple[str, ...], owner: str, dropout: float = 0.1, init_cfg: dict | None = None):
        super().__init__(init_cfg)
        self.channels, self.streams, self.owner = channels, tuple(streams), owner
        self.fuse = nn.Sequential(nn.Linear(len(self.streams) * channels, channels), nn.LayerNorm(channels), nn.ReLU(),
                                  nn.Dropout(dropout))

    def forward(self, feats: AVFeatures) -> Tensor:
        """float[B, T, D]."""
        feats.require(*self.streams, by=self.owner, width=self.channels)
        parts = [getattr(feats, name).amax(2) if name.endswith('patches') else getattr(feats, name) for name in self.streams]
        return self.fuse(torch.cat(parts, -1))
