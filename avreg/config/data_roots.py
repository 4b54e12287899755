"""``data_roots``: one place to say where the real data of each benchmark lie."""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from mmengine.config import Config

from avreg.errors import ConfigError, did_you_mean

from .place import KeyPath, place, raw_items, remember_source
from .resolve import benchmark_of, known_benchmark_of, scope_of

LOADERS = ('train_dataloader', 'val_dataloader', 'test_dataloader')


def datasets_of(cfg: Config, loaders: Sequence[str] = LOADERS) -> Iterator[dict]:
    """Every config of a benchmark's dataset in those dataloaders.

    Raises:
        ConfigError: a dataset of which the class is not known.
    """
    for loader in loaders:
        for _, _, dataset in _benchmarks_below(cfg, cfg.get(loader), (loader, )):
            yield dataset


def apply_data_roots(cfg: Config) -> None:
    """Set ``data_root`` of every dataset whose benchmark ``cfg.data_roots`` names (``dict(ave='/data/AVE')``; None leaves it).

    Where all datasets have moved to real data, nothing is left to generate, and ``data_preparation`` is emptied.

    Raises:
        ConfigError: a benchmark that no dataset of the config reads.
    """
    roots = {benchmark: root for benchmark, root in (cfg.get('data_roots') or {}).items() if root is not None}
    if not roots:
        return
    found = [entry for loader in LOADERS for entry in _benchmarks_below(cfg, cfg.get(loader), (loader, ))]
    known = {benchmark for _, benchmark, _ in found}
    for benchmark in roots:
        if benchmark not in known:
            raise ConfigError(f'data_roots.{benchmark}: no dataset of this config reads {benchmark!r}{did_you_mean(benchmark, known)}\n  '
                              f'{place(cfg, ("data_roots", benchmark))}')
    for path, benchmark, dataset in found:
        if benchmark in roots:
            dataset['data_root'] = roots[benchmark]
            remember_source(cfg, (*path, 'data_root'), ('data_roots', benchmark))
    if known <= set(roots):
        cfg.data_preparation = []


def _benchmarks_below(cfg: Config, node: Any, path: KeyPath) -> Iterator[tuple[KeyPath, str, dict]]:
    """(key path, benchmark, config) of every benchmark's dataset in ``node``, which is at ``path``."""
    if isinstance(node, dict) and 'type' in node:
        # Elsewhere a name may be that of anything, a transform or a sampler.
        is_dataset = next(key for key in reversed(path) if isinstance(key, str)) in ('dataset', 'datasets')
        benchmark = known_benchmark_of(cfg, node, path) if is_dataset else benchmark_of(node, scope_of(cfg))
        if benchmark is not None:
            yield path, benchmark, node
    for key, value in raw_items(node):
        yield from _benchmarks_below(cfg, value, (*path, key))
