"""Plugins: third-party code that registers itself and changes nothing under ``avreg/``.

A plugin is an importable package. Three places are searched, in this order:

1. ``plugins/`` of the checkout;
2. the folders that the environment variable ``AVREG_PLUGINS`` lists (separated as in ``PATH``);
3. installed packages with an entry point in the group ``avreg.plugins``.

A folder ``<name>/`` with an ``__init__.py`` in (1) or (2) is imported as ``plugins.<name>``, wherever it lies: all
these folders together are the namespace package ``plugins``, so configs say ``from plugins.<name>.heads import X`` and
classes pickle by that name. An installed package is imported under its own name. Of two plugins with one name the first
found counts; the other is left out with a warning.

A plugin that cannot be imported is taken back whole, warned about once, and its error is kept for whoever asks for a
name it may have had. It stops neither the other plugins nor a run that does not need it.
"""
from __future__ import annotations

import dataclasses
import importlib
import importlib.machinery
import importlib.metadata
import importlib.util
import os
import re
import sys
import traceback
import warnings
from collections.abc import Iterator
from pathlib import Path

from mmengine.registry import Registry
from mmengine.registry import root as root_registries

from avreg._one_name import OneNameFinder
from avreg.errors import short_path

ENTRY_POINT_GROUP = 'avreg.plugins'
ENVIRONMENT_VARIABLE = 'AVREG_PLUGINS'
NAMESPACE = 'plugins'
CHECKOUT = Path(__file__).resolve().parents[1]


class PluginWarning(UserWarning):
    """A plugin was left out."""


@dataclasses.dataclass
class PluginRecord:
    """One plugin that was found.

    Args:
        name: folder name, or name of the entry point.
        module: what is imported, ``plugins.<name>`` or the installed package.
        path: its folder or file, in full.
        source: ``'checkout'``, ``'AVREG_PLUGINS'`` or ``'entry point'``.
        status: ``'found'`` before its import, then ``'loaded'``, ``'broken'``, or ``'shadowed'`` by one of the same
            name.
        error: why it is broken or what shadows it.
    """

    name: str
    module: str
    path: str
    source: str
    status: str = 'found'
    error: str = ''


_records: dict[tuple[str, str], PluginRecord] = {}  # by (module, path), in the order found
_loading = False


def list_plugins() -> list[PluginRecord]:
    """Every plugin found so far, in the order of the search; those that came first win."""
    return list(_records.values())


def load_plugins() -> list[PluginRecord]:
    """Find and import every plugin that was not tried before; safe to call any number of times.

    Returns:
        What :func:`list_plugins` gives.
    """
    global _loading
    if _loading:  # a plugin looks something up while it is imported
        return list_plugins()
    _loading = True
    try:
        for record in _discover():
            if (record.module, record.path) in _records:
                continue
            _records[record.module, record.path] = record
            first = next(
                (r for r in _records.values() if r is not record and r.name == record.name and r.status != 'shadowed'),
                None)
            if record.status == 'broken':
                warnings.warn(f'plugin {record.name!r} is left out: {record.error}', PluginWarning, stacklevel=2)
                continue
            if first is None:
                _load(record)
                continue
            record.status = 'shadowed'
            record.error = f'the plugin of the same name in {short_path(first.path)} ({first.source}) was found first'
            warnings.warn(f'plugin {record.name!r} in {short_path(record.path)} ({record.source}) is left out: '
                          f'{record.error}. Rename or remove '
                          'one of them.', PluginWarning, stacklevel=2)
    finally:
        _loading = False
    return list_plugins()


def broken_plugins_with(name: str) -> list[PluginRecord]:
    """The plugins that failed to import and whose source mentions ``name``."""
    word = re.compile(rf'\b{re.escape(name)}\b')
    found = []
    for record in list_plugins():
        # Of an installed one that is not there, nobody knows what it held.
        if record.status == 'broken' and record.path:
            path = Path(record.path)
            files = path.rglob('*.py') if path.is_dir() else [path]
            if any(word.search(file.read_text(encoding='utf-8', errors='replace')) for file in files if file.is_file()):
                found.append(record)
    return found


def plugin_of(module: str) -> str:
    """Name of the loaded plugin that a module belongs to, or ''."""
    for record in list_plugins():
        if record.status == 'loaded' and _is_below(module, record.module):
            return record.name
    return ''


def plugin_folders() -> list[tuple[Path, str]]:
    """(folder, source) of the places where plugin folders lie. The checkout counts only where avreg is run from one.

    A folder of ``AVREG_PLUGINS`` that does not exist is left out with a warning.
    """
    folders = []
    if (CHECKOUT / NAMESPACE).is_dir() and (CHECKOUT / 'setup.py').is_file():
        folders.append((CHECKOUT / NAMESPACE, 'checkout'))
    for text in os.environ.get(ENVIRONMENT_VARIABLE, '').split(os.pathsep):
        if not text.strip():
            continue
        folder = Path(text.strip()).expanduser().resolve()
        if not folder.is_dir():
            warnings.warn(f'{ENVIRONMENT_VARIABLE} lists {text!r}, which is not a folder; it is left out',
                          PluginWarning,
                          stacklevel=3)
        elif all(folder != known for known, _ in folders):
            folders.append((folder, ENVIRONMENT_VARIABLE))
    return folders


def mount_namespace() -> None:
    """Make ``plugins`` importable: one package over all the folders of :func:`plugin_folders`."""
    package = sys.modules.get(NAMESPACE)
    if package is None:
        spec = importlib.machinery.ModuleSpec(NAMESPACE, None, is_package=True)
        package = importlib.util.module_from_spec(spec)
        package.__path__ = []
        sys.modules[NAMESPACE] = package
    known = list(package.__path__)
    package.__path__ = known + [str(folder) for folder, _ in plugin_folders() if str(folder) not in known]


def _discover() -> Iterator[PluginRecord]:
    """Every plugin there is now, in the order of the search."""
    mount_namespace()
    for folder, source in plugin_folders():
        for init in sorted(folder.glob('*/__init__.py')):
            name = init.parent.name
            if name.startswith('.'):  # a plugin that is being copied
                continue
            if name.isidentifier():
                yield PluginRecord(name, f'{NAMESPACE}.{name}', str(init.parent), source)
            else:
                warnings.warn(f'plugin folder {init.parent} is left out: its name is not a Python identifier; use '
                              'snake_case', PluginWarning,
                              stacklevel=3)
    for point in sorted(importlib.metadata.entry_points(group=ENTRY_POINT_GROUP), key=lambda p: (p.name, p.value)):
        try:
            module = point.module
        except AttributeError:  # its value is no name of a module
            yield PluginRecord(point.name, '', '', 'entry point', 'broken', f'its entry point {point.name} = {point.value!r} names no module')
            continue
        yield PluginRecord(point.name, module, _installed_path(module), 'entry point')


def _installed_path(module: str) -> str:
    """Folder of an installed package (file of a single module), found without importing it; '' if there is none."""
    spec = importlib.machinery.PathFinder.find_spec(module.split('.')[0])
    if spec is None:
        return ''
    if spec.submodule_search_locations:
        return str(Path(next(iter(spec.submodule_search_locations)), *module.split('.')[1:]))
    return spec.origin or ''


def _load(record: PluginRecord) -> None:
    """Import a plugin; if that fails, forget all that it had registered and imported so far."""
    registered = {id(registry): (registry, dict(registry.module_dict)) for registry in _all_registries()}
    modules = set(sys.modules)
    try:
        importlib.import_module(record.module)
    except (Exception, SystemExit) as error:  # whatever a plugin does wrong, the others go on
        gone = {name for name in set(sys.modules) - modules if _is_below(name, record.module) or _is_below(name, NAMESPACE)}
        for registry in _all_registries():
            before = registered.get(id(registry), (registry, {}))[1]
            for name, module in list(registry.module_dict.items()):
                source = str(getattr(module, '__module__', None))
                # In avreg's registries whatever is not avreg's is its own; elsewhere libraries that it imports may register.
                if module is not before.get(name) and (source in gone or registry.scope == 'avreg' and not _is_below(source, 'avreg')):
                    registry.module_dict.pop(name)
                    if name in before:
                        registry.module_dict[name] = before[name]
        # Other plugins that it imported too: their turn comes, and then they register anew.
        for name in gone:
            del sys.modules[name]
        record.status, record.error = 'broken', describe_import_error(error, record.path)
        warnings.warn(f'plugin {record.name!r} ({short_path(record.path)}) failed to import and is left out: '
                      f'{record.error}', PluginWarning, stacklevel=3)
    else:
        record.status = 'loaded'


def _is_below(module: str, package: str) -> bool:
    """Whether ``module`` is ``package`` or part of it."""
    return module == package or module.startswith(f'{package}.')


def describe_import_error(error: BaseException, path: str) -> str:
    """``SyntaxError: ... (file:line)``: the error and the last line of the plugin's own code that led to it."""
    frames = traceback.extract_tb(error.__traceback__)
    full = str(Path(path).resolve())
    own = [frame for frame in frames if frame.filename.startswith(full)]
    if isinstance(error, SyntaxError) or not own:
        return f'{type(error).__name__}: {error}'
    return f'{type(error).__name__}: {error} ({short_path(own[-1].filename)}:{own[-1].lineno})'


def _all_registries() -> Iterator[Registry]:
    """MMEngine's roots and all their descendants."""
    todo = [registry for registry in vars(root_registries).values() if isinstance(registry, Registry)]
    while todo:
        registry = todo.pop()
        yield registry
        todo += registry.children.values()


mount_namespace()  # so that ``plugins.<name>`` can be imported and unpickled as soon as avreg is
sys.meta_path.insert(0, OneNameFinder(NAMESPACE, lambda: [Path(folder) for folder in sys.modules[NAMESPACE].__path__]))
