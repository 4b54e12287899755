"""answer_words: the answers of a benchmark in the words of the embedded text encoder."""
from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from avreg.benchmarks import get_card
from avreg.benchmarks.vocabulary import WordTokenizer


def answer_words(benchmark: str, num_classes: int, owner: str) -> Tensor:
    """The words of every answer in the embedded text encoder's vocabulary, int64[K, N], 0 = padding.

    Raises:
        ValueError: the benchmark has another number of labels than the head ``owner`` has classes.
    """
    labels, tokenizer = get_card(benchmark).labels, WordTokenizer()
    if len(labels) != num_classes:
        raise ValueError(f'{owner}(answers={benchmark!r}, num_classes={num_classes}): {benchmark} has {len(labels)} labels')
    return pad_sequence([torch.tensor(tokenizer.encode(label)) for label in labels], batch_first=True)
