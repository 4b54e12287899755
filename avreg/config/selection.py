"""``benchmarks``: train and test a joint config on some of its benchmarks only."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mmengine.config import Config

from avreg.errors import ConfigError, did_you_mean
from avreg.registry import MODELS

from .data_roots import LOADERS
from .place import KeyPath, dotted, place
from .resolve import known_benchmark_of, scope_of, type_of

# Arguments of a dataloader or of its batch sampler that hold a value for each benchmark.
_PER_BENCHMARK = ('batch_size', 'sampling', 'per_clip')
# Arguments of schedulers that count iterations.
_ITERATIONS, _LISTS_OF_ITERATIONS = ('begin', 'end', 'T_max', 'step_size', 'total_steps'), ('milestones', 'periods', 'restarts')


def select_benchmarks(cfg: Config) -> None:
    """Take everything of other benchmarks than ``cfg.benchmarks`` out of the config; None leaves all.

    That is: datasets and their ``data_roots``, batch sizes and weights of the sampler, heads, metrics, and silent tests. A benchmark keeps
    its number of training iterations: ``train_cfg`` and the learning rate are shortened to the share that the weights of the sampler give
    the chosen ones. The world that ``data_preparation`` makes stays whole, so that all configs share it.

    Raises:
        ConfigError: no benchmark, or one that no training dataset of the config reads; a config that does not keep its benchmarks apart.
    """
    chosen = cfg.get('benchmarks')
    if chosen is None:
        return
    known = _benchmarks_in(cfg, 'train_dataloader')
    if isinstance(chosen, str) or not chosen:
        raise ConfigError(f'benchmarks={chosen!r}: a list of names is needed, from {known}\n  {place(cfg, ("benchmarks", ))}')
    for benchmark in chosen:
        if benchmark not in known:
            raise ConfigError(f'benchmarks names {benchmark!r}, but this config trains {known}{did_you_mean(benchmark, known)}\n  '
                              f'{place(cfg, ("benchmarks", ))}')
    _keep_iterations(cfg, set(chosen), known)
    gone: set[str | None] = set()
    for name in filter(cfg.get, LOADERS):
        loader, benchmarks = cfg[name], _benchmarks_in(cfg, name)
        gone |= set(benchmarks) - set(chosen)
        loader.dataset.datasets = [dataset for dataset, one in zip(loader.dataset.datasets, benchmarks) if one in chosen]
        for holder in (loader, loader.get('batch_sampler') or {}):
            for key in _PER_BENCHMARK:
                if isinstance(holder.get(key), Mapping):
                    holder[key] = {name: holder[key][name] for name in holder[key] if name in chosen}
    for key in ('val_evaluator', 'test_evaluator'):
        if cfg.get(key):
            metrics = _needed(cfg, (key, 'metrics'), Mapping)
            cfg[key]['metrics'] = {name: metric for name, metric in metrics.items() if name in chosen}
    # A mistyped name is none of those that go: it stays, and check_config tells of it.
    for loop in ('val_cfg', 'test_cfg'):
        if cfg.get(loop) and 'silent' in cfg[loop]:
            cfg[loop].silent = [name for name in cfg[loop].silent if name not in gone]
    for benchmark in gone & set(cfg.get('data_roots') or {}):
        cfg.data_roots[benchmark] = None
    # Backbones that no chosen benchmark passes would be built, and their weights asked for, in vain.
    only = cfg.model.get('only') or {}
    for name in [name for name in cfg.model.get('backbones') or {} if name in only and not set(only[name]) & set(chosen)]:
        for part in ('backbones', 'only', 'inputs'):
            if cfg.model.get(part):
                cfg.model[part].pop(name, None)
    heads = _needed(cfg, ('model', 'heads'), Mapping)
    cfg.model.heads = {name: head for name, head in heads.items() if set(served_by(name, head, scope_of(cfg))) & set(chosen)}


def _needed(cfg: Config, path: KeyPath, kind: type) -> Any:
    """The dict or list at ``path``, from which benchmarks are chosen."""
    value: Any = cfg
    for key in path:
        value = value.get(key) if isinstance(value, (Config, dict)) else None
    if not isinstance(value, kind):
        raise ConfigError(f'benchmarks={cfg.benchmarks!r}: this config cannot train on some of its benchmarks only, as it has no '
                          f'{dotted(path)}; it needs the datasets in a BenchmarkConcat, and heads and metrics by benchmark\n  '
                          f'{place(cfg, ("benchmarks", ))}')
    return value


def _benchmarks_in(cfg: Config, loader: str) -> list[str | None]:
    """The benchmark of each dataset in the BenchmarkConcat of a dataloader."""
    path = (loader, 'dataset', 'datasets')
    return [known_benchmark_of(cfg, dataset, (*path, i)) for i, dataset in enumerate(_needed(cfg, path, Sequence))]


def _share(sampling: str | Mapping[str, float], chosen: set[str], known: list[str]) -> float | None:
    """Share of the batches that the chosen benchmarks have; None where it depends on the data."""
    if sampling == 'uniform':
        return len(chosen) / len(known)
    if isinstance(sampling, Mapping):
        return sum(sampling[name] for name in chosen) / sum(sampling.values())
    return None


def served_by(name: str, head: Mapping[str, Any], scope: str = 'avreg') -> list[str]:
    """Benchmarks that entry ``name`` of ``model.heads`` serves: those it lists, or its class does, or the one it is called after."""
    return list(head.get('benchmarks') or getattr(type_of(MODELS, head, scope), 'benchmarks', None) or [name])


def _keep_iterations(cfg: Config, chosen: set[str], known: list[str]) -> None:
    """As many iterations as the chosen benchmarks have in the whole training: of the training, of its early part, of the
    validation interval and of the schedulers, whose parts keep their shares.
    """
    before, sampler = cfg.train_cfg.get('max_iters'), cfg.train_dataloader.get('batch_sampler')
    if not sampler:
        return
    share = _share(sampler.get('sampling', 'uniform'), chosen, known)
    if before is None or share is None:
        return
    num_early, early = sampler.get('early') or (0, 'uniform')
    early_after = 0
    if num_early:
        early_share = _share(early, chosen, known)
        if early_share is None:
            return
        early_after = round(num_early * early_share)
        # Benchmarks that are not in the early part at all have none.
        sampler.early = (early_after, {name: early[name] for name in known if name in chosen}) if early_after and isinstance(
            early, Mapping) else (early_after, early) if early_after else None
    after = max(1, early_after + round((before - num_early) * share))
    cfg.train_cfg.max_iters = after
    if 'val_interval' in cfg.train_cfg:
        cfg.train_cfg.val_interval = max(1, round(cfg.train_cfg.val_interval * after / before))
    for scheduler in cfg.get('param_scheduler') or []:
        if scheduler.get('by_epoch', True):
            continue
        # All of it, the warm-up too: a short training would else be over before its learning rate is there.
        whole = {key: scheduler[key] for key in _ITERATIONS if isinstance(scheduler.get(key), int)}
        scheduler.update({key: max(1, round(n * after / before)) for key, n in whole.items() if n})
        for key in _LISTS_OF_ITERATIONS:
            if scheduler.get(key):
                scheduler[key] = [max(1, round(n * after / before)) for n in scheduler[key]]
        if whole.get('T_max') == whole.get('end', 0) - whole.get('begin', 0):
            scheduler.T_max = max(1, scheduler.end - scheduler.get('begin', 0))
