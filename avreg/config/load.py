"""load_config: a pure-Python config file, its bases and the options of the command line, as one MMEngine Config."""
from __future__ import annotations

import os
import traceback
from collections.abc import Mapping
from typing import Any

from mmengine.config import Config, ConfigDict
from mmengine.utils import import_modules_from_strings

from avreg.errors import ConfigError, did_you_mean, short_path
from avreg.plugin import load_plugins

from .check import check_keys
from .data_roots import apply_data_roots
from .keys import PLAIN_KEYS, TOP_LEVEL_KEYS
from .options import apply_options
from .place import place
from .selection import select_benchmarks
from .source import Source, check_names, read_sources


def load_config(path: str | os.PathLike, cfg_options: Mapping[str, Any] | None = None) -> Config:
    """Read a config; nothing of it is built yet, and :func:`~avreg.config.check_config` has still to look at it.

    Plugins and ``custom_imports`` are imported. ``default_scope`` is ``'avreg'`` unless the config says otherwise.
    Helper names (see :func:`~avreg.config.source.check_names`) and imported classes do not stay in the config.

    Args:
        path: a ``.py`` file in MMEngine's pure-Python style.
        cfg_options: values by dotted path, as ``--cfg-options`` gives them: ``{'model.heads.ave.dropout': 0.2}``.

    Raises:
        ConfigError: a missing file or base, a top-level name that means nothing, an option that fits nothing, an import
            that fails, any error of Python in the file.
    """
    source = read_sources(path)
    check_names(source)
    load_plugins()
    try:
        whole = Config.fromfile(path, lazy_import=True)
    except Exception as error:  # the file is the user's program: any error in it is shown at its line
        raise _explain(error, source) from error
    kept = {key: value for key, value in dict.items(whole._cfg_dict) if key in TOP_LEVEL_KEYS}
    cfg = Config(ConfigDict(kept), cfg_text=whole.text, filename=str(path))
    if 'default_scope' not in cfg:
        cfg.default_scope = 'avreg'
    # The choice of benchmarks comes first: what other options say holds for what is then left.
    options = dict(cfg_options or {})
    if 'benchmarks' in options:
        apply_options(cfg, {'benchmarks': options.pop('benchmarks')})
    select_benchmarks(cfg)
    if options:
        apply_options(cfg, options)
    apply_data_roots(cfg)
    _custom_imports(cfg)
    return cfg


def _custom_imports(cfg: Config) -> None:
    """Import the modules that ``custom_imports`` lists, which MMEngine leaves out for pure-Python configs."""
    custom = cfg.get('custom_imports')
    if not custom:
        return
    check_keys(cfg, ('custom_imports', ), custom, PLAIN_KEYS['custom_imports', ])
    try:
        import_modules_from_strings(**custom)
    except Exception as error:  # whatever the module does at import
        raise ConfigError(f'custom_imports failed: {type(error).__name__}: {error}\n  '
                          f'{place(cfg, ("custom_imports", "imports"))}\n  '
                          'the module must be importable: install its package or put its folder on '
                          'PYTHONPATH') from error


def _explain(error: Exception, source: Source) -> ConfigError:
    """An error that was raised while a config file ran, with its line and, for an unknown name, the nearest ones."""
    files = {str(file.path) for file in source.walk()} | {str(file.path.resolve()) for file in source.walk()}
    where, hint = '', ''
    for frame, line in traceback.walk_tb(error.__traceback__):
        if frame.f_code.co_filename in files or os.path.realpath(frame.f_code.co_filename) in files:
            where = f'{short_path(frame.f_code.co_filename)}:{line}: '
            scope = frame.f_globals
        elif where and isinstance(error, (AttributeError, KeyError)):
            owner = frame.f_locals.get('self', frame.f_locals.get('__self'))
            name = frame.f_locals.get('name')
            if isinstance(owner, ConfigDict) and isinstance(name, str):
                hint = did_you_mean(name, owner)
    if isinstance(error, NameError) and error.name and where:
        hint = did_you_mean(error.name, {name for name in scope if not name.startswith('__')} - {'LazyObject'})
    return ConfigError(f'{where or short_path(source.path) + ": "}{type(error).__name__}: {error}{hint}')
