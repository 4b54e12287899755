"""list_modules: everything that is registered, for docs, tests and users."""
from __future__ import annotations

import dataclasses
import fnmatch
import inspect
from typing import Any

from avreg.errors import short_path
from avreg.plugin import plugin_of
from avreg.registry import REGISTRIES
from avreg.signature import source_file


@dataclasses.dataclass(frozen=True)
class RegisteredModule:
    """One name in one registry.

    Args:
        registry: ``MODELS``, ``HOOKS``, ...
        scope: ``avreg``, or ``mmengine`` for what its root holds.
        name: as configs write it.
        target: the class or function.
        file: where it is defined; '' if that cannot be known.
        summary: first line of its docstring.
        plugin: name of the plugin it belongs to, or ''.
    """

    registry: str
    scope: str
    name: str
    target: Any
    file: str
    summary: str
    plugin: str


def list_modules(pattern: str = '*', roots: bool = False) -> list[RegisteredModule]:
    """What is registered under a name that fits ``pattern``, by registry and name.

    Args:
        pattern: wildcards over ``Name`` or ``REGISTRY.Name``, upper and lower case alike: ``'*head*'``, ``'hooks.*'``.
        roots: also what MMEngine and other libraries have put into MMEngine's roots.
    """
    rows = []
    for label, registry in REGISTRIES.items():
        registry.import_from_location()
        for level in registry.lineage() if roots else (registry, ):
            for name, target in sorted(level.module_dict.items()):
                if any(fnmatch.fnmatchcase(text.lower(), pattern.lower()) for text in (name, f'{label}.{name}')):
                    rows.append(
                        RegisteredModule(label, level.scope, name, target, _place(target), _summary(target),
                                         plugin_of(target.__module__)))
    return rows


def _place(target: Any) -> str:
    """Source file of a class or function, '' for what is written in C."""
    file = source_file(target)
    return short_path(file) if file else ''


def _summary(target: Any) -> str:
    """First line of the docstring."""
    return (inspect.getdoc(target) or '').strip().partition('\n')[0]
