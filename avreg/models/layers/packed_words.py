"""PackedWords: the words of a batch of sentences in a row, without their padding."""
from __future__ import annotations

from torch import Tensor


class PackedWords:
    """Short sentences have as much padding as words; in a row, W words of all sentences, nothing is computed for it.

    ``pack(pad(x))`` is ``x``.

    Args:
        valid: bool[B, N], which of the N positions of each sentence are words. Words come first, padding after them.
    """

    def __init__(self, valid: Tensor):
        self.valid = valid
        # Of all B * N positions those that are words, and whose they are, int64[W].
        self.place = valid.flatten().nonzero().squeeze(1)
        self.sentence = self.place // valid.shape[1]

    @property
    def first(self) -> Tensor:
        """Which of the W words begin a sentence, int64[B]; every sentence needs a word."""
        counts = self.valid.sum(1)
        return counts.cumsum(0) - counts

    def pack(self, x: Tensor) -> Tensor:
        """[B, N, ...] -> [W, ...]."""
        return x.flatten(0, 1).index_select(0, self.place)

    def pad(self, x: Tensor) -> Tensor:
        """[W, ...] -> [B, N, ...], zero where there is no word."""
        whole = x.new_zeros(self.valid.numel(), *x.shape[1:]).index_copy(0, self.place, x)
        return whole.unflatten(0, self.valid.shape)
