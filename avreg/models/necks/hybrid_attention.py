"""HybridAttention: audio and visual attend to themselves and to each other over the whole clip."""
from __future__ import annotations

import torch
from mmengine.model import BaseModule

from avreg.models.layers import HybridAttentionLayer
from avreg.registry import MODELS
from avreg.structures import AVFeatures


@MODELS.register_module()
class HybridAttention(BaseModule):
    """One HybridAttentionLayer, the same weights for both modalities, each looking at the other as it came (HAN; TSPM's
    audio-visual attention). A padded segment keeps its value and is seen by none.

    Needs: audio, visual, valid. Changes: audio, visual.

    Args:
        channels: width D.
        num_heads: attention heads.
        dropout: see HybridAttentionLayer.
        init_cfg: MMEngine initialisation.
    """

    reads_text = False

    def __init__(self, channels: int = 512, num_heads: int = 1, dropout: float = 0.1, init_cfg: dict | None = None):
        super().__init__(init_cfg)
        self.channels = channels
        self.layer = HybridAttentionLayer(channels, num_heads, dropout=dropout)

    def forward(self, feats: AVFeatures) -> AVFeatures:
        """audio, visual float[B, T, D] -> the same shapes."""
        feats.require('audio', 'visual', 'valid', by='HybridAttention', width=self.channels)
        # Both directions in one pass.
        x, other = torch.cat([feats.audio, feats.visual]), torch.cat([feats.visual, feats.audio])
        audio, visual = self.layer(x, other, ~feats.valid.repeat(2, 1)).chunk(2)
        keep = feats.valid.unsqueeze(-1)
        return feats.replace(audio=torch.where(keep, audio, feats.audio), visual=torch.where(keep, visual, feats.visual))
