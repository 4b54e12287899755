"""EmbeddedTextEncoder: word embeddings and one transformer layer, trained from scratch."""
from __future__ import annotations

import torch
from mmengine.model import BaseModule
from torch import Tensor, nn

from avreg.benchmarks.vocabulary import WordTokenizer
from avreg.models.layers import PackedWords, WordLayer
from avreg.registry import MODELS


@MODELS.register_module()
class EmbeddedTextEncoder(BaseModule):
    """Encodes the question or task prompt. It stands where CLIP's text tower stands at paper scale.

    Args:
        channels: width D.
        num_heads: attention heads.
        max_words: longest sentence.
        dropout: in the transformer layer.
        init_cfg: MMEngine initialisation.
    """

    def __init__(self, channels: int = 128, num_heads: int = 4, max_words: int = 40, dropout: float = 0.1,
                 init_cfg: dict | None = None):
        super().__init__(init_cfg)
        tokenizer = WordTokenizer()
        self.embedding = nn.Embedding(len(tokenizer), channels, padding_idx=0)
        # Of the order of the embeddings: "is A louder than B" and "is B louder than A" differ in nothing else.
        self.position = nn.Parameter(torch.randn(max_words, channels) * 0.5)
        self.layer = WordLayer(channels, num_heads, dropout)
        self.norm = nn.LayerNorm(channels)

    def forward(self, text: Tensor) -> dict[str, Tensor]:
        """text: int64[B, N], 0 = padding. Gives ``text`` float[B, D] (mean of the words), ``words`` float[B, N, D],
        ``words_valid`` bool[B, N] and ``vocabulary`` float[V, D].

        Raises:
            ValueError: a token outside the vocabulary, or a sentence longer than ``max_words``.
        """
        if text.shape[1] > len(self.position):
            raise ValueError(f'EmbeddedTextEncoder(max_words={len(self.position)}) got a sentence of {text.shape[1]} words')
        valid = text != 0
        x = self.embedding(text) + self.position[:text.shape[1]]
        packing = PackedWords(valid)
        words = packing.pad(self.norm(self.layer(packing.pack(x), packing)))
        sentence = words.sum(1) / valid.sum(1, keepdim=True).clamp(min=1)
        return {'text': sentence, 'words': words, 'words_valid': valid, 'vocabulary': self.embedding.weight}
