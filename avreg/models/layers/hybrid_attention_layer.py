"""HybridAttentionLayer: the layer of the hybrid attention network (HAN)."""
from __future__ import annotations

from mmengine.model import BaseModule
from torch import Tensor, nn


class HybridAttentionLayer(BaseModule):
    """Self- and cross-attention in one residual step (HAN; Tian et al., ECCV 2020).

    x = norm(q + cross(q, other) + self(q)), out = norm(x + W2 ReLU(W1 x)): post-norm, both attentions read the input as it came.

    Args:
        channels: width D.
        num_heads: attention heads.
        hidden: width of the feed-forward network; D unless given.
        dropout: of the attention weights, on each branch and in the feed-forward network.
        init_cfg: MMEngine initialisation.
    """

    def __init__(self, channels: int, num_heads: int = 1, hidden: int | None = None, dropout: float = 0.1,
                 init_cfg: dict | None = None):
        super().__init__(init_cfg)
        self.self_attention = nn.MultiheadAttention(channels, num_heads, dropout, batch_first=True)
        self.cross_attention = nn.MultiheadAttention(channels, num_heads, dropout, batch_first=True)
        hidden = hidden or channels
        self.ffn = nn.Sequential(nn.Linear(channels, hidden), nn.ReLU(), nn.Dropout(dropout), nn.Linear(hidden, channels))
        self.norm1, self.norm2 = nn.LayerNorm(channels), nn.LayerNorm(channels)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, other: Tensor, padding: Tensor | None = None) -> Tensor:
        """x float[B, T, D] looks at itself and at ``other`` float[B, T', D]; ``padding`` bool[B, T] of both (then T' = T), True on
        padding."""
        crossed, _ = self.cross_attention(x, other, other, key_padding_mask=padding, need_weights=False)
        attended, _ = self.self_attention(x, x, x, key_padding_mask=padding, need_weights=False)
        x = self.norm1(x + self.dropout(crossed) + self.dropout(attended))
        return self.norm2(x + self.dropout(self.ffn(x)))
