"""What a ``type`` of a config means: a class, an import that has not run yet, or a name in a registry."""
from __future__ import annotations

import importlib
import traceback
from collections.abc import Mapping
from typing import Any

from mmengine.config import Config
from mmengine.config.lazy import LazyAttr, LazyObject

from avreg import registry as registries
from avreg._registry_base import AVRegistry
from avreg.errors import ConfigError, did_you_mean, short_path

from .place import KeyPath, place


def scope_of(cfg: Config) -> str:
    """The scope in which names without one are looked up."""
    return cfg.get('default_scope') or 'mmengine'


def look_up(registry: AVRegistry, name: str, scope: str) -> Any:
    """What the Runner would get for ``name`` under the default scope ``scope``, or None."""
    registry.import_from_location()
    if scope == registry.scope:
        return registry.find(name)
    if scope != registry.root.scope:
        importlib.import_module(f'{scope}.registry')
    other = registry.root._search_child(scope)
    other = registry.root if other is None else other  # an empty registry is falsy
    return other.find(name) if isinstance(other, AVRegistry) else other.get(name)


def import_lazy(lazy: LazyObject | LazyAttr) -> Any:
    """The object that ``from x import y`` in a config means.

    Raises:
        ConfigError: the import fails.
    """
    try:
        return lazy.build()
    except Exception as error:  # whatever a module does at import; shown with its line
        raise ConfigError(_import_message(lazy, error)) from error


def type_of(registry: AVRegistry, value: Mapping[str, Any], scope: str = 'avreg') -> Any:
    """What the ``type`` of a dict means that ``registry`` builds from, or None: there is no type, or none of that name.

    Raises:
        ConfigError: its import fails.
    """
    wanted = dict.get(value, 'type')
    if isinstance(wanted, (LazyObject, LazyAttr)):
        return import_lazy(wanted)
    return look_up(registry, wanted, value.get('_scope_') or scope) if isinstance(wanted, str) else wanted


def benchmark_of(dataset: Mapping[str, Any], scope: str = 'avreg') -> str | None:
    """The benchmark that a dataset's config reads; None for any other dict.

    Raises:
        ConfigError: its import fails.
    """
    benchmark = getattr(type_of(registries.DATASETS, dataset, scope), 'benchmark', None)
    return benchmark if isinstance(benchmark, str) else None


def known_benchmark_of(cfg: Config, dataset: Mapping[str, Any], path: KeyPath) -> str | None:
    """As :func:`benchmark_of`, of the dict at ``path``, which a dataset is built from.

    Raises:
        ConfigError: its import fails, or no dataset has its name.
    """
    if 'type' in dataset and type_of(registries.DATASETS, dataset, scope_of(cfg)) is None:
        raise registries.DATASETS.unknown_name(dict.get(dataset, 'type'), place(cfg, (*path, 'type')))
    return benchmark_of(dataset, scope_of(cfg))


def _import_message(lazy: LazyObject | LazyAttr, error: Exception) -> str:
    """What is wrong with an import of a config, with the nearest names where only the name is wrong."""
    location = str(getattr(lazy, 'location', '') or '')
    file, _, line = location.rpartition(', line ')
    where = f'{short_path(file)}:{line}: ' if file else ''
    name = str(lazy)
    module = lazy.module
    cause = error.__context__  # MMEngine raises a new error of the same type
    if cause is not None:
        frames = [
            frame for frame in traceback.extract_tb(cause.__traceback__) if not frame.filename.startswith('<frozen')
        ]
        at = f' ({short_path(frames[-1].filename)}:{frames[-1].lineno})' if len(frames) > 2 else ''
        return f'{where}`from {module} import {name}` fails: {type(cause).__name__}: {cause}{at}'
    holder = importlib.import_module(module)
    if not hasattr(holder, name):
        public = [n for n in getattr(holder, '__all__', None) or dir(holder) if not n.startswith('_')]
        homes = {
            registry.module_dict[name].__module__
            for registry in registries.REGISTRIES.values() if name in registry.module_dict
        }
        hint = f'; it is in {" and ".join(sorted(homes))}' if homes else did_you_mean(name, public)
        return f'{where}{module} has no {name!r}{hint}'
    return f'{where}{type(error).__name__}: {error}'
