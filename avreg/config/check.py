"""check_config: every name, class and keyword of a config, looked at before anything is built.

A config that works is never rejected: a class that hands ``**kwargs`` on to who knows whom takes any keyword here, and
a string ``type`` where the reader of the dict is unknown is left to the registry that will be asked for it.
"""
from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from mmengine.config import Config
from mmengine.config.lazy import LazyAttr, LazyObject
from mmengine.optim import DefaultOptimWrapperConstructor

from avreg import registry as registries
from avreg._registry_base import AVRegistry, unknown_keyword
from avreg.benchmarks import list_cards
from avreg.engine import SilentTestLoop
from avreg.errors import ConfigError, did_you_mean
from avreg.signature import accepted_keywords, name_of, required_keywords

from . import place as places
from .data_roots import datasets_of
from .keys import DATALOADER_KEYS, DEFAULT_HOOKS, HANDED_ON, LOOP_KEYS, PARAMWISE_KEYS, PLAIN_KEYS, TOP_LEVEL_KEYS
from .place import KeyPath, dotted, raw_items
from .resolve import benchmark_of, import_lazy, look_up, scope_of, type_of
from .selection import served_by
from .source import is_slip

# Keywords below which every ``type`` is of this registry.
NESTED = {
    'backbones': registries.MODELS,
    'necks': registries.MODELS,
    'heads': registries.MODELS,
    'backbone': registries.MODELS,
    'neck': registries.MODELS,
    'head': registries.MODELS,
    'decode_head': registries.MODELS,
    'auxiliary_head': registries.MODELS,
    'data_preprocessor': registries.MODELS,
    'dataset': registries.DATASETS,
    'datasets': registries.DATASETS,
    'pipeline': registries.TRANSFORMS,
    'transforms': registries.TRANSFORMS,
    'metrics': registries.METRICS,
    'vis_backends': registries.VISBACKENDS,
}
# Built from the config alone, where the class is avreg's: nobody adds arguments.
NOTHING_ADDED = (registries.MODELS, registries.DATASETS, registries.TRANSFORMS, registries.HOOKS, registries.TASK_UTILS)
ALWAYS_TAKEN = ('type', '_scope_')
# Arguments of avreg's own classes that hold nothing but what has a type.
_TYPED_PARTS = {'AVModel': ('backbones', 'necks', 'heads'), 'BenchmarkEvaluator': ('metrics', )}


def check_config(cfg: Config) -> None:
    """Check a whole config; afterwards errors at run time can say which of its keys they come from.

    Raises:
        ConfigError: everything that is wrong: unknown keys, names that are not registered, keywords that a class does
            not take, classes that cannot be imported.
    """
    places.use(cfg)
    checker = _Checker(cfg)
    checker.run()
    if checker.errors:
        raise ConfigError('\n'.join(checker.errors))


def keywords_at(cfg: Config, path: KeyPath) -> set[str] | None:
    """Keys that the dict at ``path`` may have (keywords of its class, or what MMEngine reads there); None: any."""
    checker = _Checker(cfg)
    checker.run()
    if path in checker.keywords:
        return checker.keywords[path]
    if path in PLAIN_KEYS:
        return set(PLAIN_KEYS[path])
    return set()


def check_keys(cfg: Config, path: KeyPath, value: Mapping[str, Any], valid: Iterable[str]) -> None:
    """Stop at the first key of a plain dict that is not ``valid``.

    Raises:
        ConfigError: such a key.
    """
    for key in value:
        if key not in set(valid):
            raise ConfigError(f'{dotted(path)} has no key {key!r}{did_you_mean(key, valid)}\n  '
                              f'{places.place(cfg, (*path, key))}')


class _Checker:
    """Walks a config once, collecting ``errors`` and the ``keywords`` that each dict may have."""

    def __init__(self, cfg: Config):
        self.cfg = cfg
        self.scope = scope_of(cfg)
        self.errors: list[str] = []
        self.keywords: dict[KeyPath, set[str] | None] = {}

    def run(self) -> None:
        """Check every top-level key."""
        for key, value in raw_items(self.cfg._cfg_dict):
            if key not in TOP_LEVEL_KEYS and not key.startswith('_'):
                self.error(f'{key!r} is not a config key{did_you_mean(key, TOP_LEVEL_KEYS)}', (key, ))
            elif value is not None:
                self.top_level(key, value)
        if not self.errors:
            self.benchmarks()

    def error(self, message: str, path: KeyPath) -> None:
        """Note a mistake at ``path``."""
        self.errors.append(f'{message}\n  {places.place(self.cfg, path)}')

    def top_level(self, key: str, value: Any) -> None:
        """Check the value of one top-level key as its reader will read it."""
        path = (key, )
        if key in ('model', 'data_preprocessor'):
            self.typed(registries.MODELS, value, path)
        elif key.endswith('_dataloader'):
            self.dataloader(value, path)
        elif key in ('train_cfg', 'val_cfg', 'test_cfg'):
            self.loop(value, path)
        elif key == 'optim_wrapper':
            self.optim_wrapper(value, path)
        elif key == 'param_scheduler':
            self.every(registries.PARAM_SCHEDULERS, value, path, extra=('convert_to_iter_based', ))
        elif key.endswith('_evaluator'):
            if isinstance(value, dict) and 'metrics' in value:
                self.typed(registries.EVALUATOR, value, path, default='Evaluator')
            else:
                self.every(registries.METRICS, value, path)
        elif key == 'default_hooks':
            for name, hook in self.plain_dict(value, path):
                if is_slip(name, DEFAULT_HOOKS):
                    self.error(f'default_hooks has no hook {name!r}{did_you_mean(name, DEFAULT_HOOKS)}\n  a hook of '
                               'your own goes into '
                               'custom_hooks', (*path, name))
                if hook is not None:
                    self.typed(registries.HOOKS, hook, (*path, name), extra=('priority', ))
        elif key == 'custom_hooks':
            self.every(registries.HOOKS, value, path, extra=('priority', ))
        elif key == 'data_preparation':
            self.every(registries.TASK_UTILS, value, path)
        elif key == 'visualizer':
            self.typed(registries.VISUALIZERS, value, path)
        elif key == 'log_processor':
            self.typed(registries.LOG_PROCESSORS, value, path, default='LogProcessor')
        elif key == 'model_wrapper_cfg':
            self.typed(registries.MODEL_WRAPPERS, value, path, default='MMDistributedDataParallel')
        elif key == 'strategy':
            self.typed(registries.STRATEGIES, value, path)
        elif key == 'log_level':
            levels = ('CRITICAL', 'ERROR', 'WARNING', 'INFO', 'DEBUG')
            if isinstance(value, str) and value not in levels:
                self.error(f'log_level={value!r} is no level of logging{did_you_mean(value, levels)}', path)
        elif path in PLAIN_KEYS:
            self.plain_keys(value, path)

    def plain_keys(self, value: Any, path: KeyPath) -> None:
        """A dict of PLAIN_KEYS."""
        for key, child in self.plain_dict(value, path):
            if key not in PLAIN_KEYS[path]:
                self.error(f'{dotted(path)} has no key {key!r}{did_you_mean(key, PLAIN_KEYS[path])}', (*path, key))
            elif (*path, key) in PLAIN_KEYS and child is not None:
                self.plain_keys(child, (*path, key))

    def plain_dict(self, value: Any, path: KeyPath) -> list[tuple[str, Any]]:
        """Items of what has to be a dict."""
        if not isinstance(value, dict):
            self.error(f'{dotted(path)} has to be a dict, not {value!r}', path)
        return list(raw_items(value)) if isinstance(value, dict) else []

    def every(self, registry: AVRegistry, value: Any, path: KeyPath, extra: tuple[str, ...] = ()) -> None:
        """A typed dict, or a list or dict of them."""
        if isinstance(value, dict) and ('type' in value or any(not isinstance(v, (dict, list))
                                                               for _, v in raw_items(value))):
            self.typed(registry, value, path, extra)
        else:
            for key, child in raw_items(value):
                self.every(registry, child, (*path, key), extra)

    def typed(self,
              registry: AVRegistry,
              value: Any,
              path: KeyPath,
              extra: tuple[str, ...] = (),
              default: str | None = None) -> Any:
        """A dict that ``registry`` builds from. ``extra`` keys are taken out before its class sees them.

        Returns:
            The class or function, or None if it is unknown or ``value`` is no dict (an object that is built already).
        """
        if not isinstance(value, dict):
            return None
        if 'type' not in value and default is None:
            near = did_you_mean('type', [key for key in value if is_slip(key, frozenset({'type'}))])
            self.error(f"{dotted(path)} needs a 'type', the class or name that {registry.label} builds; it holds "
                       f"{list(value)}"
                       f"{near.replace('did you mean', 'was this meant as type:')}", path)
            return None
        target = self.resolve(registry, dict.get(value, 'type', default), value, (*path, 'type'))
        self.keywords[path] = None
        if target is not None:
            self.keyword_check(target, value, path, extra)
            if registry in NOTHING_ADDED and str(getattr(target, '__module__', '')).startswith('avreg.'):
                self.required_check(target, value, path)
        self.children(registry, value, path)
        if str(getattr(target, '__module__', '')).startswith('avreg.'):
            for key in _TYPED_PARTS.get(target.__name__, ()):
                self.parts(NESTED[key], value.get(key), (*path, key))
        return target

    def parts(self, registry: AVRegistry, value: Any, path: KeyPath) -> None:
        """A list or dict of what has a type, or is built already."""
        for key, part in raw_items(value):
            below = (*path, key)
            if isinstance(part, (list, tuple)):
                self.parts(registry, part, below)
            elif part is None or isinstance(part, (str, int, float)):
                self.error(f"{dotted(below)} has to be a dict with a 'type', not {part!r}", below)
            elif isinstance(part, dict) and 'type' not in part:
                self.typed(registry, part, below)

    def benchmarks(self) -> None:
        """Names of benchmarks in the model, and metrics for what is tested: MMEngine would find out after training."""
        known = [card.name for card in list_cards()]
        model = self.cfg.get('model')
        if isinstance(model, dict) and (getattr(type_of(registries.MODELS, model, self.scope), '__name__', '') == 'AVModel'):
            for name, head in model.get('heads', {}).items():
                if isinstance(head, dict) and (unknown := [one for one in served_by(name, head, self.scope) if one not in known and is_slip(one, frozenset(known))]):
                    self.error(f'model.heads.{name} serves {unknown[0]!r}, which is not a benchmark{did_you_mean(unknown[0], known)}',
                               ('model', 'heads', name))
            for name, served in (model.get('only') or {}).items():
                for i, one in enumerate(served):
                    if one not in known:
                        self.error(f'model.only.{name} names {one!r}, which is not a benchmark{did_you_mean(one, known)}', ('model', 'only', name, i))
        for kind in ('val', 'test'):
            evaluator = self.cfg.get(f'{kind}_evaluator')
            metrics = evaluator.get('metrics') if isinstance(evaluator, dict) else None
            if not isinstance(metrics, Mapping) or getattr(type_of(registries.EVALUATOR, evaluator, self.scope), '__name__', '') != 'BenchmarkEvaluator':
                continue
            for name in metrics:
                if name not in known:
                    self.error(f'{kind}_evaluator.metrics names {name!r}, which is not a benchmark{did_you_mean(name, known)}',
                               (f'{kind}_evaluator', 'metrics', name))
            tested = {benchmark_of(dataset) for dataset in datasets_of(self.cfg, (f'{kind}_dataloader', ))}
            for name in sorted(tested - set(metrics)):
                self.error(f'{kind}_dataloader reads {name}, but {kind}_evaluator has no metric for it, only for {list(metrics)}', (f'{kind}_evaluator', 'metrics'))

    def resolve(self, registry: AVRegistry, wanted: Any, value: Mapping[str, Any], path: KeyPath) -> Any:
        """The class or function that a ``type`` means; None, and an error noted, if there is none."""
        if isinstance(wanted, (LazyObject, LazyAttr)):
            return self.imported(wanted, path)
        if isinstance(wanted, str):
            found = look_up(registry, wanted, value.get('_scope_') or self.scope)
            if found is None:
                self.errors.append(str(registry.unknown_name(wanted, places.place(self.cfg, path))))
            return found
        if not callable(wanted):
            self.error(f'{dotted(path)} is a class, a function or the name of one, not {wanted!r}', path)
            return None
        return wanted

    def imported(self, lazy: LazyObject | LazyAttr, path: KeyPath) -> Any:
        """The object that ``from x import y`` in a config means."""
        try:
            return import_lazy(lazy)
        except ConfigError as error:
            self.error(str(error), path)
            return None

    def keyword_check(self, target: Callable, value: Mapping[str, Any], path: KeyPath, extra: tuple[str, ...]) -> None:
        """Note every key of ``value`` that ``target`` does not take."""
        accepted = _accepted(target)
        self.keywords[path] = None if accepted is None else accepted | {'type', *extra}
        if accepted is not None:
            for key in value:
                if key not in accepted and key not in (*ALWAYS_TAKEN, *extra):
                    self.errors.append(str(unknown_keyword(target, key, accepted, places.place(self.cfg,
                                                                                               (*path, key)))))

    def required_check(self, target: Callable, value: Mapping[str, Any], path: KeyPath) -> None:
        """Note the arguments without which ``target`` cannot be built."""
        missing = [name for name in required_keywords(target) if name not in value]
        if missing:
            self.error(f'{name_of(target)} needs {" and ".join(map(repr, missing))}; {dotted(path)} holds '
                       f'{list(value)}', path)

    def children(self, registry: AVRegistry, value: Mapping[str, Any], path: KeyPath) -> None:
        """Look into the arguments of a typed dict."""
        for key, child in raw_items(value):
            if key not in ALWAYS_TAKEN:
                self.argument(NESTED.get(key), registry, child, (*path, key), str(key).endswith('_cfg'))

    def argument(self, known: AVRegistry | None, around: AVRegistry, value: Any, path: KeyPath, loose: bool) -> None:
        """An argument, of which it is known that ``known`` builds it, or not known who reads it.

        A ``*_cfg`` argument (``norm_cfg``, ``init_cfg``) is ``loose``: its reader takes keys out before a class sees
        them.
        """
        if isinstance(value, (LazyObject, LazyAttr)):
            self.imported(value, path)
        elif isinstance(value, dict) and 'type' in value:
            wanted = dict.get(value, 'type')
            if loose or (known is None and isinstance(wanted, str)
                         and look_up(around, wanted, self.scope) is None):
                self.keywords[path] = None
                for key, child in raw_items(value):
                    self.argument(None, around, child, (*path, key), True)
            elif known is not None or isinstance(wanted, (str, LazyObject, LazyAttr)) or callable(wanted):
                self.typed(around if known is None else known, value, path)
        else:
            self.keywords.setdefault(path, None if loose else {str(key) for key, _ in raw_items(value)})
            for key, child in raw_items(value):
                self.argument(NESTED.get(key, known), around, child, (*path, key), loose)

    def dataloader(self, value: Any, path: KeyPath) -> None:
        """A dataloader: keywords of torch's DataLoader, and dicts for dataset, samplers and functions."""
        if not isinstance(value, dict):
            return
        self.keywords[path] = set(DATALOADER_KEYS)
        for key in value:
            if key not in DATALOADER_KEYS:
                self.error(f'{dotted(path)} has no key {key!r}{did_you_mean(key, DATALOADER_KEYS)}', (*path, key))
        for key in ('dataset', 'sampler'):
            if key not in value:
                self.error(f'{dotted(path)} needs {key!r}; it holds {list(value)}', path)
        builders = {
            'dataset': registries.DATASETS,
            'sampler': registries.DATA_SAMPLERS,
            'batch_sampler': registries.DATA_SAMPLERS,
            'collate_fn': registries.FUNCTIONS,
            'worker_init_fn': registries.FUNCTIONS
        }
        for key, registry in builders.items():
            if key in value:
                self.typed(registry, dict.get(value, key), (*path, key))

    def loop(self, value: Any, path: KeyPath) -> None:
        """train_cfg, val_cfg, test_cfg."""
        if isinstance(value, dict) and 'type' in value:
            target = self.typed(registries.LOOPS, value, path)
            for key in ('max_iters', 'max_epochs'):
                if isinstance(value.get(key), int) and value[key] < 1:
                    self.error(f'{dotted(path)}.{key} is {value[key]}, and has to be 1 or more', (*path, key))
            if 'silent' in value:
                self.silent(target, value['silent'], path)
        else:
            by_epoch = path[0] == 'train_cfg' and isinstance(value, dict) and bool(value.get('by_epoch'))
            valid = LOOP_KEYS[path[0], by_epoch]
            self.keywords[path] = {*valid, 'type'}
            for key, _ in self.plain_dict(value, path):
                if key not in valid:
                    self.error(f'{dotted(path)} has no key {key!r}{did_you_mean(key, valid)}', (*path, key))

    def silent(self, loop: Any, names: Any, path: KeyPath) -> None:
        """Benchmarks that a SilentTestLoop tests without sound: the loop itself is built after training only."""
        if not (inspect.isclass(loop) and issubclass(loop, SilentTestLoop)):
            return
        key = path[0].replace('_cfg', '_evaluator')
        evaluator = self.cfg.get(key)
        tested = evaluator.get('metrics') if isinstance(evaluator, dict) else getattr(evaluator, 'by_benchmark', None)
        if isinstance(names, str) or not isinstance(names, Iterable):
            self.error(f'{dotted(path)}.silent is a list of benchmarks, not {names!r}', (*path, 'silent'))
        elif names and not isinstance(tested, Mapping):
            self.error(f'{dotted(path)}.silent needs a BenchmarkEvaluator as {key}, with metrics by benchmark', (*path, 'silent'))
        else:
            for i, name in enumerate(names):
                if name not in tested:
                    self.error(f'{dotted(path)}.silent names {name!r}, but {key} has metrics for {list(tested)} only'
                               f'{did_you_mean(name, tested)}', (*path, 'silent', i))

    def optim_wrapper(self, value: Any, path: KeyPath) -> None:
        """An optim wrapper; under a constructor that is none of MMEngine's kind any further keys may stand."""
        if not isinstance(value, dict):
            return
        constructor = dict.get(value, 'constructor')
        if constructor is not None:
            kind = self.resolve(registries.OPTIM_WRAPPER_CONSTRUCTORS, constructor, value, (*path, 'constructor'))
            if not (inspect.isclass(kind) and issubclass(kind, DefaultOptimWrapperConstructor)):
                self.keywords[path] = None
                return
        target = self.resolve(registries.OPTIM_WRAPPERS, dict.get(value, 'type', 'OptimWrapper'), value,
                              (*path, 'type'))
        if target is not None:
            self.keyword_check(target, value, path, ('constructor', 'paramwise_cfg'))
        if 'optimizer' in value:
            self.typed(registries.OPTIMIZERS, dict.get(value, 'optimizer'), (*path, 'optimizer'))
        if value.get('paramwise_cfg') is not None:
            below = (*path, 'paramwise_cfg')
            self.keywords[below] = set(PARAMWISE_KEYS)
            for key, child in self.plain_dict(dict.get(value, 'paramwise_cfg'), below):
                if key == 'custom_keys':  # parts of parameter names
                    self.keywords |= {
                        (*below, key): None,
                        **{
                            (*below, key, name): None
                            for name, _ in raw_items(child)
                        }
                    }
                elif key not in PARAMWISE_KEYS:
                    self.error(f'{dotted(below)} has no key {key!r}{did_you_mean(key, PARAMWISE_KEYS)}', (*below, key))


def _accepted(target: Callable) -> set[str] | None:
    """Keywords of a class, with those that it hands on later to a function that is known."""
    handed_on = HANDED_ON.get(f'{getattr(target, "__module__", "")}.{getattr(target, "__qualname__", "")}')
    if handed_on is None:
        return accepted_keywords(target)
    own = inspect.signature(target).parameters.values()
    return {p.name for p in own if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)} | handed_on
