"""``data_roots``: one place to say where the real data of each benchmark lie."""
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mmengine.config import Config

from avreg.errors import ConfigError, did_you_mean

LOADERS = ('train_dataloader', 'val_dataloader', 'test_dataloader')


def datasets_of(node: Any) -> Iterator[dict]:
    """Every config of a benchmark's dataset below ``node``."""
    if isinstance(node, dict):
        if isinstance(getattr(node.get('type'), 'benchmark', None), str):
            yield node
        for value in node.values():
            yield from datasets_of(value)
    elif isinstance(node, (list, tuple)):
        for value in node:
            yield from datasets_of(value)


def apply_data_roots(cfg: Config) -> None:
    """Set ``data_root`` of every dataset whose benchmark ``cfg.data_roots`` names (``dict(ave='/data/AVE')``; None leaves it).

    Where all datasets have moved to real data, nothing is left to generate, and ``data_preparation`` is emptied.

    Raises:
        ConfigError: a benchmark that no dataset of the config reads.
    """
    roots = {benchmark: root for benchmark, root in cfg.get('data_roots', {}).items() if root is not None}
    if not roots:
        return
    datasets = [dataset for loader in LOADERS for dataset in datasets_of(cfg.get(loader))]
    known = {dataset['type'].benchmark for dataset in datasets}
    for benchmark in roots:
        if benchmark not in known:
            raise ConfigError(f'data_roots.{benchmark}: no dataset of this config reads {benchmark!r}{did_you_mean(benchmark, known)}')
    for dataset in datasets:
        if dataset['type'].benchmark in roots:
            dataset['data_root'] = roots[dataset['type'].benchmark]
    if known <= set(roots):
        cfg.data_preparation = []
