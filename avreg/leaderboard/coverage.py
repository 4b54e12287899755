"""coverage: which samples of a split a number or a data folder is about, in one short text."""
from __future__ import annotations

import hashlib
from collections.abc import Iterable


def coverage(ids: Iterable[str | int], of: int, name: str = 'scored') -> dict[str, int | str]:
    """How many samples of a split, and which.

    Args:
        ids: of the samples.
        of: how many the split has.
        name: what they are.

    Returns:
        ``<name>`` and ``of``, numbers; ``ids``, see :func:`coverage_hash`.
    """
    ids = list(ids)
    return {name: len(ids), 'of': of, 'ids': coverage_hash(ids)}


def coverage_hash(ids: Iterable[str | int]) -> str:
    """SHA-256, in hexadecimal digits, over the ids as text, sorted by code point, each followed by a line feed, in UTF-8.

    Equal where two parties have the same samples of a split, whatever the order. Rows of the board and the data doctor give it; in
    a shell it is ``LC_ALL=C sort ids.txt | sha256sum``.
    """
    return hashlib.sha256(''.join(f'{name}\n' for name in sorted(map(str, ids))).encode()).hexdigest()
