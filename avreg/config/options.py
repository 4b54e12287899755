"""Options of the command line: values by dotted path, each of which must fit something."""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mmengine.config import Config, ConfigDict

from avreg.errors import ConfigError, nearest, short_path

from .check import keywords_at
from .keys import TOP_LEVEL_KEYS
from .place import KeyPath, dotted, raw_items, remember_option
from .source import read_sources


def apply_options(cfg: Config, options: Mapping[str, Any]) -> None:
    """Set ``options`` in ``cfg``, in place.

    A path goes through dict keys and list indices (``model.necks.0.dropout``). What it names must exist, or be a
    keyword that the class at that place takes, or a key that MMEngine reads there. Types are set first, so that a class
    and its keywords can be exchanged in one go.

    Raises:
        ConfigError: a path that matches nothing, with the nearest ones that exist.
    """
    for option in sorted(options, key=lambda text: not text.endswith('.type')):
        path: KeyPath = tuple(int(part) if part.isdigit() else part for part in option.split('.'))
        value = options[option]
        _set(cfg, cfg._cfg_dict, option, path, (), ConfigDict._hook(value))
        remember_option(cfg, path)


def _set(cfg: Config, holder: Any, option: str, path: KeyPath, done: KeyPath, value: Any) -> Any:
    """``holder`` (at ``done``) with ``path`` below it set; a dict is changed in place, a list or tuple made anew."""
    key, rest = path[0], path[1:]
    if isinstance(holder, (list, tuple)):
        if not isinstance(key, int) or key >= len(holder):
            raise _no_match(cfg, option, done, key)
        child = holder[key]
    else:
        key = key if key in holder else str(key)
        child = dict.get(holder, key)
        if child is None and not _may_be_set(cfg, done, key, holder):
            raise _no_match(cfg, option, done, key)
        if child is None and rest:
            holder[key] = child = ConfigDict()
    if rest:
        if not isinstance(child, (dict, list, tuple)):
            raise _no_match(cfg, option, (*done, key), rest[0], child)
        value = _set(cfg, child, option, rest, (*done, key), value)
    if isinstance(holder, (list, tuple)):
        return type(holder)(value if i == key else item for i, item in enumerate(holder))
    holder[key] = value
    return holder


def _may_be_set(cfg: Config, done: KeyPath, key: str, holder: dict) -> bool:
    """Whether ``key``, which the dict at ``done`` lacks or holds None under, may be set there."""
    if not done:
        return key in TOP_LEVEL_KEYS
    keywords = keywords_at(cfg, done)
    return key in holder or keywords is None or key in keywords


def _no_match(cfg: Config, option: str, done: KeyPath, key: str | int, found: Any = None) -> ConfigError:
    """The error for an option whose ``key`` is not at ``done``; ``found`` is what is there if it has no keys."""
    existing = {dotted(path) for path in _paths(cfg._cfg_dict)}
    keywords = TOP_LEVEL_KEYS if not done else keywords_at(cfg, done) or ()
    existing |= {dotted((*done, keyword)) for keyword in keywords}
    here, rest = dotted((*done, key)), option[len(dotted((*done, key))):]
    siblings = sorted(path.rpartition('.')[2] for path in existing if path.rpartition('.')[0] == dotted(done))
    near = [dotted((*done, name)) for name in nearest(str(key), siblings)]
    elsewhere = sorted(path for path in existing if path.endswith(f'.{key}{rest}'))[:3]
    wanted = [path + rest for path in near if path + rest in existing] or near or elsewhere or nearest(option, existing)
    hint = f"; did you mean {' or '.join(map(repr, wanted))}?" if wanted else ''
    if found is None:
        lines = [f'--cfg-options {option}: the config has no {here!r}{hint}']
    else:
        lines = [f'--cfg-options {option}: {dotted(done)!r} is {found!r}, which has nothing below it']
    helpers = {} if done else {name: file for file in read_sources(cfg.filename).walk() for name in file.assigned}
    if key in helpers:
        lines.append(f'{key!r} is a helper of {short_path(helpers[key].path)}, used up while the file is read; set '
                     'what was made from it')
    elif siblings:
        lines.append(f'{dotted(done) or "its top level"} in {cfg.filename} holds or takes: {", ".join(siblings)}')
    lines.append('what is to be new has to be written in a config file; tools/misc/print_config.py prints the whole '
                 'config')
    return ConfigError('\n  '.join(lines))


def _paths(value: Any, path: KeyPath = ()) -> Iterator[KeyPath]:
    """Every path there is."""
    for key, child in raw_items(value):
        yield (*path, key)
        yield from _paths(child, (*path, key))
