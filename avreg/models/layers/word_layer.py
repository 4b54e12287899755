"""WordLayer: a transformer layer over the words of sentences of different lengths."""
from __future__ import annotations

from collections.abc import Sequence

from mmengine.model import BaseModule
from torch import Tensor, nn
from torch.nn.functional import linear, relu, scaled_dot_product_attention

from .packed_words import PackedWords


class WordLayer(BaseModule):
    """Pre-norm self-attention within each sentence, then a feed-forward network; ``nn.TransformerEncoderLayer`` for packed words.

    Only the attention itself sees sentences with their padding, everything else the words alone. Dropout is on what both branches add and
    inside the feed-forward network; not on the attention's weights, for which PyTorch on a CPU has only its slow attention.

    Args:
        channels: width D.
        num_heads: attention heads.
        dropout: as above.
        init_cfg: MMEngine initialisation.
    """

    def __init__(self, channels: int, num_heads: int = 4, dropout: float = 0.1, init_cfg: dict | None = None):
        super().__init__(init_cfg)
        self.channels, self.num_heads = channels, num_heads
        self.norm1, self.norm2 = nn.LayerNorm(channels), nn.LayerNorm(channels)
        self.qkv, self.out = nn.Linear(channels, 3 * channels), nn.Linear(channels, channels)
        self.linear1, self.linear2 = nn.Linear(channels, 2 * channels), nn.Linear(2 * channels, channels)
        self.dropout = nn.Dropout(dropout)
        # As nn.MultiheadAttention begins.
        nn.init.xavier_uniform_(self.qkv.weight)
        for bias in (self.qkv.bias, self.out.bias):
            nn.init.zeros_(bias)

    def sharpen(self, factor: float) -> None:
        """Queries and keys ``factor`` times as large as now, for an attention that is not even at the start."""
        self.qkv.weight.data[:2 * self.channels] *= factor

    def forward(self, words: Tensor, packing: PackedWords, first_only: bool = False) -> Tensor:
        """words: float[W, D]. Gives float[W, D]; with ``first_only`` what becomes of each sentence's first word alone, float[B, D]."""
        normed, D = self.norm1(words), self.channels
        if first_only:
            weight, bias = self.qkv.weight, self.qkv.bias
            words, chosen = (x.index_select(0, packing.first) for x in (words, normed))
            query = self._heads(linear(chosen, weight[:D], bias[:D]).unsqueeze(1), 1)[0]
            key, value = self._heads(packing.pad(linear(normed, weight[D:], bias[D:])), 2)
        else:
            query, key, value = self._heads(packing.pad(self.qkv(normed)), 3)
        attended = scaled_dot_product_attention(query, key, value, attn_mask=packing.valid[:, None, None])
        attended = attended.transpose(1, 2).flatten(2)
        attended = attended.squeeze(1) if first_only else packing.pack(attended)
        words = words + self.dropout(self.out(attended))
        return words + self.dropout(self.linear2(self.dropout(relu(self.linear1(self.norm2(words))))))

    def _heads(self, x: Tensor, parts: int) -> Tensor:
        """[B, N, parts * D] -> [parts, B, heads, N, d]."""
        return x.unflatten(2, (parts, self.num_heads, -1)).permute(2, 0, 3, 1, 4)


def exchange_words(layers: Sequence[WordLayer], words: Tensor, packing: PackedWords) -> Tensor:
    """What becomes of each sentence's first word in all ``layers``, of which there may be none: float[B, D] of words float[W, D]."""
    if not layers:
        return words.index_select(0, packing.first)
    for layer in layers[:-1]:
        words = layer(words, packing)
    return layers[-1](words, packing, first_only=True)
