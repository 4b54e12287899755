"""DrawIndex: a sample index that carries the seed of its draw."""
from __future__ import annotations


class DrawIndex(int):
    """An index whose sample draws its random numbers from ``seed`` alone, whichever worker makes it.

    Args:
        index: position in the dataset.
        seed: non-negative integers, such as (seed, iteration, sample).
    """

    seed: tuple[int, ...]

    def __new__(cls, index: int, seed: tuple[int, ...]):
        self = super().__new__(cls, index)
        self.seed = tuple(seed)
        return self

    def __reduce__(self):
        return DrawIndex, (int(self), self.seed)

    def rebase(self, start: int) -> DrawIndex:
        """The index counted from ``start``, with the same seed."""
        return DrawIndex(int(self) - start, self.seed)
