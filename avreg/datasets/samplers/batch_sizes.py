"""Batch size of every benchmark."""
from __future__ import annotations

import difflib
from collections.abc import Mapping


def batch_sizes(batch_size: int | Mapping[str, int], benchmarks: list[str]) -> list[int]:
    """Clips in a batch of each of ``benchmarks``, from one number for all or a number for each.

    Raises:
        ValueError: a benchmark without a number, a number for an unknown one, or one below 1.
    """
    sizes = dict(batch_size) if isinstance(batch_size, Mapping) else dict.fromkeys(benchmarks, batch_size)
    for name in sizes:
        if name not in benchmarks:
            near = difflib.get_close_matches(name, benchmarks, 1, 0.4)
            raise ValueError(f"batch_size names {name!r}{f'; did you mean {near[0]!r}?' if near else ''}; the dataset holds {benchmarks}")
    for name in benchmarks:
        if not isinstance(sizes.get(name), int) or sizes[name] < 1:
            raise ValueError(f'batch_size of {name!r} is {sizes.get(name)!r}; give a number of clips, or one for each of {benchmarks}')
    return [sizes[name] for name in benchmarks]
