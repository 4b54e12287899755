"""One module for one plugin file: ``<name>``, where it would import a plugin again, gives ``plugins.<name>``.

This happens when a folder of plugins is itself on ``sys.path``, as pytest puts it there; without it, classes would
exist and register twice.
"""
from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import types
from collections.abc import Callable, Sequence
from pathlib import Path


class OneNameFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds ``<name>`` and what is below it as ``<namespace>.<name>``, if that is the file that ``sys.path`` leads to.

    Args:
        namespace: the package over all plugin folders.
        folders: gives the plugin folders.
    """

    def __init__(self, namespace: str, folders: Callable[[], list[Path]]):
        self.namespace = namespace
        self.folders = folders

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None):
        """A spec that leads to the plugin, or None for any module that is none."""
        name = fullname.partition('.')[0]
        if name == self.namespace or not any((folder / name / '__init__.py').is_file() for folder in self.folders()):
            return None
        found = importlib.machinery.PathFinder.find_spec(name)
        if found is None or found.origin is None or Path(found.origin).resolve().parents[1] not in self.folders():
            return None
        return importlib.machinery.ModuleSpec(fullname, self)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        """The module under its real name."""
        module = importlib.import_module(f'{self.namespace}.{spec.name}')
        spec.loader_state = module.__spec__
        return module

    def exec_module(self, module: types.ModuleType) -> None:
        """Nothing is run again; the import system had put the alias into ``__spec__``."""
        module.__spec__ = module.__spec__.loader_state
