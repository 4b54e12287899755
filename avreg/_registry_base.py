"""AVRegistry: MMEngine's Registry, with errors that say what was asked for, where, and what is near."""
from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterator
from typing import Any

from mmengine.registry import Registry
from mmengine.registry import root as root_registries
from mmengine.utils import get_object_from_string

from avreg import plugin
from avreg.errors import ConfigError, did_you_mean, short_path
from avreg.signature import accepted_keywords, name_of, source_file

# Filled by avreg.config: says at which key of the config in use a type is asked for.
PLACE_FINDERS: list[Callable[[Any], str | None]] = []
# Whose modules fill MMEngine's root registries.
ROOT_LOCATIONS = ('mmengine.runner', 'mmengine.visualization')


class AVRegistry(Registry):
    """A child of one of MMEngine's roots, in scope ``avreg``.

    On the first look-up it imports its ``locations``, the modules that fill its parent, and every plugin.
    """

    def import_from_location(self) -> None:
        """Import everything that may register here, once."""
        if self._imported:
            return
        self._imported = True  # first, as what is imported now may look something up itself
        try:
            for location in (*ROOT_LOCATIONS, *self._locations):
                importlib.import_module(location)
        except BaseException:
            self._imported = False
            raise
        plugin.load_plugins()

    @property
    def label(self) -> str:
        """What this registry is called in code: ``MODELS``."""
        return next((label for label, registry in vars(root_registries).items() if registry is self.root), self.name)

    def lineage(self) -> Iterator[Registry]:
        """This registry, its parent, and so on up to the root: where an unscoped name is looked for."""
        registry: Registry | None = self
        while registry is not None:
            yield registry
            registry = registry.parent

    def find(self, key: str) -> Any | None:
        """What ``key`` names, or None. Like :meth:`get`, but an unknown name is no error."""
        return super().get(key)

    def get(self, key: str) -> Any:
        """What ``key`` names: ``'Name'``, ``'scope.Name'`` or ``'package.module.Name'``.

        Raises:
            ConfigError: there is no such name.
        """
        found = self.find(key)
        if found is None and '.' in key:
            # MMEngine's roots take the first part of a full path for the scope and hand down the rest.
            found = get_object_from_string(f'{self.scope}.{key}')
        if found is None:
            raise self.unknown_name(key)
        return found

    def __contains__(self, key: str) -> bool:
        return self.find(key) is not None

    def build(self, cfg: dict, *args: Any, **kwargs: Any) -> Any:
        """Build from ``cfg``; a keyword that its class does not know is a ConfigError.

        Raises:
            ConfigError: unknown name or keyword.
        """
        if isinstance(cfg, dict) and 'type' in cfg:
            self.check_keywords(cfg)
        return super().build(cfg, *args, **kwargs)

    def check_keywords(self, cfg: dict) -> None:
        """Stop at the first key of ``cfg`` that the class or function it names does not take.

        Raises:
            ConfigError: there is such a key, or nothing of that name.
        """
        target = cfg['type']
        if isinstance(target, str):
            with self.switch_scope_and_registry(cfg.get('_scope_')) as registry:
                target = registry.get(target)
            if target is None:
                return  # another library's registry, whose own error follows
        accepted = accepted_keywords(target)
        if accepted is None:
            return
        for key in cfg:
            if key not in accepted and key not in ('type', '_scope_', *self.extra_keys()):
                raise unknown_keyword(target, key, accepted, place_of(cfg['type']))

    def extra_keys(self) -> tuple[str, ...]:
        """Keys that the build function takes out before the class is called."""
        return ('convert_to_iter_based', 'epoch_length') if self.name == 'parameter scheduler' else ()

    def names(self, scope: str | None = None) -> set[str]:
        """Every name that could have been meant: of this registry and its parents, or of the one in ``scope``."""
        if scope is None or scope == self.scope:
            return {name for registry in self.lineage() for name in registry.module_dict}
        other = self.root.children.get(scope)
        if other is None:
            return set()
        other.import_from_location()
        return set(other.module_dict)

    def unknown_name(self, key: str, place: str | None = None) -> ConfigError:
        """The error for a name that is not there.

        Args:
            key: the name as it was asked for.
            place: ``at <config key> in <file>``; looked up in the config in use if not given.
        """
        scope, name = self.split_scope_key(key)
        lines = []
        if scope is not None and scope != self.scope and scope not in self.root.children:
            try:
                importlib.import_module(scope)
                cause = f'{scope} has no such attribute and no registry of this kind'
            except Exception as error:  # the reason belongs in the message
                cause = f'importing {scope} fails: {type(error).__name__}: {error}'
            scopes = ', '.join(sorted({self.root.scope, *self.root.children}))
            head = f'{key!r} was not found: {cause}; scopes known here: {scopes}'
        else:
            near = did_you_mean(name, self.names(scope))
            where = scope or ' > '.join(registry.scope for registry in self.lineage())
            head = f'{key!r} is not registered in {self.label} (scope searched: {where}){near}'
        place = place or place_of(key)
        if place:
            lines.append(place)
        suspects = plugin.broken_plugins_with(name.rsplit('.', 1)[-1])
        for record in suspects:
            lines.append(f'plugin {record.name!r} mentions it, but failed to import ({short_path(record.path)}):\n   '
                         f' {record.error}')
        broken = [
            record.name for record in plugin.list_plugins() if record.status == 'broken' and record not in suspects
        ]
        if broken:
            lines.append(f'plugins that failed to import: {", ".join(broken)}; tools/misc/list_modules.py shows why')
        lines.append('if it is in a plugin, import it there: from plugins.<name> import ...; '
                     'tools/misc/list_modules.py PATTERN lists all there is')
        return ConfigError('\n  '.join([head, *lines]))

    def _register_module(self, module: Any, module_name: str | list[str] | None = None, force: bool = False) -> None:
        """As MMEngine's, but a name that is taken says by whom."""
        names = [module_name] if isinstance(module_name, str) else module_name or [getattr(module, '__name__', '')]
        for name in names:
            if not force and name in self._module_dict:
                taken = self._module_dict[name]
                cure = 'rename one of them, or give register_module(force=True) to replace the first'
                if source_file(taken) == source_file(module) is not None:
                    cure = (f'both are {source_file(module)}, imported under two names; '
                            'import a plugin as plugins.<name> only')
                raise ConfigError(f'{name!r} is already registered in {self.label} by {taken.__module__}; '
                                  f'{getattr(module, "__module__", module)} registers it again: {cure}')
        super()._register_module(module=module, module_name=module_name, force=force)


def unknown_keyword(target: Any, key: str, accepted: set[str], place: str | None) -> ConfigError:
    """The error for a keyword that ``target`` does not take."""
    valid = ', '.join(sorted(accepted)) or 'none'
    lines = [f'{name_of(target)} has no keyword {key!r}{did_you_mean(key, accepted)}']
    lines += [place] if place else []
    if not re.search(r'; valid: ', lines[0]):
        lines.append(f'its keywords: {valid}')
    return ConfigError('\n  '.join(lines))


def place_of(type_name: Any) -> str | None:
    """``at <config key> in <file>`` of the config in use, if a finder knows it."""
    for finder in PLACE_FINDERS:
        place = finder(type_name)
        if place:
            return place
    return None
