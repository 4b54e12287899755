"""QueryAttention: what a query finds, without the query itself."""
from __future__ import annotations

from mmengine.model import BaseModule
from torch import Tensor, nn

from .attend import attend


class QueryAttention(BaseModule):
    """y = attention of the query over the keys; norm(y + FFN(y)). The query is not added: the result holds what was found alone.

    TSPM uses it for the sound that looks at a frame's tokens, and for the question that looks at segments.

    Args:
        channels: width D.
        num_heads: attention heads.
        dropout: of the attention weights and in the feed-forward network.
        weight_dropout: of the attention weights, if not the same. 0 where there are many: PyTorch's fast attention for CPUs drops none.
        init_cfg: MMEngine initialisation.
    """

    def __init__(self, channels: int, num_heads: int = 4, dropout: float = 0.1, weight_dropout: float | None = None,
                 init_cfg: dict | None = None):
        super().__init__(init_cfg)
        self.attention = nn.MultiheadAttention(channels, num_heads, dropout if weight_dropout is None else weight_dropout, batch_first=True)
        self.ffn = nn.Sequential(nn.Linear(channels, channels), nn.ReLU(), nn.Dropout(dropout), nn.Linear(channels, channels),
                                 nn.Dropout(dropout))
        self.norm = nn.LayerNorm(channels)

    def forward(self, query: Tensor, keys: Tensor, padding: Tensor | None = None,
                need_weights: bool = False) -> tuple[Tensor, Tensor | None]:
        """query float[B, Q, D], keys float[B, T, D], padding bool[B, T].

        Returns:
            float[B, Q, D]; with ``need_weights`` the attention weights float[B, Q, T], mean over the heads, else None.
        """
        if need_weights:
            found, weights = self.attention(query, keys, keys, key_padding_mask=padding)
        else:
            found, weights = attend(self.attention, query, keys, padding), None
        return self.refine(found), weights

    def refine(self, found: Tensor) -> Tensor:
        """norm(y + FFN(y)) of y float[..., D]: for callers that attend themselves, and drop what is padding before the rest."""
        return self.norm(found + self.ffn(found))
