"""WordAnswers: answers scored by the words that they are made of."""
from __future__ import annotations

import torch
from mmengine.model import BaseModule
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

from avreg.benchmarks import get_card
from avreg.benchmarks.vocabulary import WordTokenizer


class WordAnswers(BaseModule):
    """Logits of the answers of a benchmark: products with the embedded text encoder's embedding of each answer's words, normalised.

    Args:
        channels: width D.
        benchmark: whose labels are the answers.
        num_classes: K, how many there are.
        owner: head that answers so, for the error message.
        init_cfg: MMEngine initialisation.

    Raises:
        ValueError: the benchmark has another number of labels.
    """

    def __init__(self, channels: int, benchmark: str, num_classes: int, owner: str, init_cfg: dict | None = None):
        super().__init__(init_cfg)
        labels, tokenizer = get_card(benchmark).labels, WordTokenizer()
        if len(labels) != num_classes:
            raise ValueError(f'{owner}(answers={benchmark!r}, num_classes={num_classes}): {benchmark} has {len(labels)} labels')
        # Words of every answer, int64[K, N], 0 = padding.
        words = pad_sequence([torch.tensor(tokenizer.encode(label)) for label in labels], batch_first=True)
        self.register_buffer('words', words, persistent=False)
        self.norm = nn.LayerNorm(channels)
        # The logits of an untrained head are then of the order of one.
        self.scale = nn.Parameter(torch.tensor(3.0 * channels**-0.5))
        self.offset = nn.Parameter(torch.zeros(num_classes))

    def forward(self, x: Tensor, vocabulary: Tensor) -> Tensor:
        """x: float[B, D]; vocabulary: float[V, D] (``AVFeatures.vocabulary``). Gives float[B, K]."""
        known = (self.words != 0).unsqueeze(-1)
        vectors = self.norm((vocabulary[self.words] * known).sum(1) / known.sum(1))
        return x @ vectors.T * self.scale + self.offset
