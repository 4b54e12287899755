"""A number for every benchmark."""
from __future__ import annotations

from collections.abc import Mapping

from avreg.errors import ConfigError, did_you_mean


def batch_sizes(batch_size: int | Mapping[str, int], benchmarks: list[str], argument: str = 'batch_size') -> list[int]:
    """The number of each of ``benchmarks``, from one number for all or a number for each, given as ``argument``.

    Raises:
        ConfigError: a benchmark without a number, a number for an unknown one, or one below 1.
    """
    sizes = dict(batch_size) if isinstance(batch_size, Mapping) else dict.fromkeys(benchmarks, batch_size)
    for name in sizes:
        if name not in benchmarks:
            hint = did_you_mean(name, benchmarks)
            raise ConfigError(f'{argument} names {name!r}, but the dataset holds {benchmarks}{hint}')
    for name in benchmarks:
        if not isinstance(sizes.get(name), int) or sizes[name] < 1:
            raise ConfigError(f'{argument} of {name!r} is {sizes.get(name)!r}; give a number from 1, or one for each '
                              f'of {benchmarks}')
    return [sizes[name] for name in benchmarks]
