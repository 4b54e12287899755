"""Where a key of the config in use was set: ``at model.heads.ave in configs/avunified/ave.py:12``."""
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.config.lazy import LazyAttr, LazyObject

from avreg import _registry_base
from avreg.errors import ConfigError, short_path

from .source import find_line, read_sources

KeyPath = tuple[str | int, ...]
_OPTIONS, _SOURCES = '_avreg_options', '_avreg_sources'
_in_use: Config | None = None


def use(cfg: Config) -> None:
    """Make ``cfg`` the config that errors at run time are explained with."""
    global _in_use
    _in_use = cfg


def remember_option(cfg: Config, path: KeyPath) -> None:
    """Note that ``path`` was given on the command line."""
    object.__setattr__(cfg, _OPTIONS, (*vars(cfg).get(_OPTIONS, ()), path))


def remember_source(cfg: Config, path: KeyPath, source: KeyPath) -> None:
    """Note that the value at ``path`` comes from the key at ``source``, which is the place to show for it."""
    object.__setattr__(cfg, _SOURCES, {**vars(cfg).get(_SOURCES, {}), path: source})


def in_use() -> Config | None:
    """The config that errors at run time are explained with, if there is one."""
    return _in_use


def value_at(cfg: Config, path: KeyPath) -> Any:
    """What ``cfg`` holds at ``path``, lazy objects left as they are."""
    value: Any = cfg._cfg_dict
    for key in path:
        value = dict.__getitem__(value, key) if isinstance(value, dict) else value[key]
    return value


def dotted(path: KeyPath) -> str:
    """``('model', 'necks', 0)`` -> ``'model.necks.0'``."""
    return '.'.join(map(str, path))


def place(cfg: Config, path: KeyPath) -> str:
    """``at <key> in <file>:<line>``; of a key that is not written anywhere, the nearest one around it."""
    path = vars(cfg).get(_SOURCES, {}).get(path, path)
    for option in vars(cfg).get(_OPTIONS, ()):
        if path[:len(option)] == option or option[:len(path)] == path and len(path) > 1:
            return f'at {dotted(path)}, given by --cfg-options'
    if not cfg.filename or not Path(cfg.filename).is_file():
        return f'at {dotted(path)}'
    try:
        found = find_line(read_sources(cfg.filename), path)
    except ConfigError:  # not one of our configs; the key must do
        found = None
    where = f'{short_path(found[0])}:{found[1]}' if found else short_path(cfg.filename)
    return f'at {dotted(path)} in {where}'


def raw_items(value: Any) -> Iterator[tuple[str | int, Any]]:
    """(key or index, value) of a dict or list, lazy objects left as they are; nothing for any other value."""
    if isinstance(value, dict):
        yield from dict.items(value)
    elif isinstance(value, (list, tuple)):
        yield from enumerate(value)


def asked_for(value: Any, wanted: Any, path: KeyPath = ()) -> Iterator[KeyPath]:
    """Paths of the dicts whose type is ``wanted``."""
    for key, child in raw_items(value):
        if key == 'type' and _same_object(child, wanted):
            yield path
        else:
            yield from asked_for(child, wanted, (*path, key))


def _same_object(child: Any, wanted: Any) -> bool:
    """Whether a config value is, names, or will be imported as, ``wanted``."""
    if isinstance(child, (LazyObject, LazyAttr)):
        return str(child) == getattr(wanted, '__name__', None)
    if isinstance(child, str):
        return child == wanted or child.rpartition('.')[2] == getattr(wanted, '__name__', None)
    return child is wanted


def place_of_type(wanted: Any) -> str | None:
    """The place in the config in use that asks for a type, with the number of further ones."""
    if _in_use is None:
        return None
    paths = list(asked_for(_in_use._cfg_dict, wanted))
    if not paths:
        return None
    more = f' (and {len(paths) - 1} more)' if len(paths) > 1 else ''
    return place(_in_use, (*paths[0], 'type')) + more


_registry_base.PLACE_FINDERS.append(place_of_type)
