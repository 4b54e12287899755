"""The files of a config, read but not run: do bases exist, do names mean something, where is a key set."""
from __future__ import annotations

import ast
import dataclasses
import os
import warnings
from collections.abc import Iterator
from pathlib import Path

from mmengine.utils import get_installed_path

from avreg.errors import ConfigError, did_you_mean, nearest, short_path

from .keys import TOP_LEVEL_KEYS

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp,
           ast.ClassDef)


@dataclasses.dataclass
class Source:
    """One config file.

    Args:
        path: where it is.
        tree: its syntax tree.
        bases: (file, import statement) of each base, in the order of the imports.
        assigned: top-level names it assigns -> line of the last assignment.
        defined: its functions, classes and loop variables.
    """

    path: Path
    tree: ast.Module
    bases: list[tuple[Source, ast.ImportFrom]]
    assigned: dict[str, int]
    defined: set[str]

    def walk(self) -> Iterator[Source]:
        """This file, then its bases, those that were imported last first: the order in which a value is overridden."""
        yield self
        for base, _ in reversed(self.bases):
            yield from base.walk()

    def exports(self) -> set[str]:
        """Every name that ``import *`` of this file brings."""
        names = {*self.assigned, *self.defined}
        for base, node in self.bases:
            for alias in node.names:
                names |= base.exports() if alias.name == '*' else {alias.asname or alias.name}
        return names


def read_sources(path: str | os.PathLike, importers: tuple[Path, ...] = ()) -> Source:
    """Read a config file and, recursively, its bases.

    Raises:
        ConfigError: a file that is missing or no Python, a base that is missing, imports itself or lacks a name.
    """
    path = Path(path)
    if not path.is_file():
        raise ConfigError(f'the config {str(path)!r} does not exist{_near_files(path)}\n  give a file below configs/ '
                          'or of a plugin')
    if path.suffix != '.py':
        raise ConfigError(f'the config {str(path)!r} is not a Python file; avreg reads MMEngine\'s pure-Python '
                          'configs only')
    try:
        tree = ast.parse(path.read_text(encoding='utf-8'), str(path))
    except SyntaxError as error:
        raise ConfigError(f'{short_path(path)}:{error.lineno}: {error.msg}: {(error.text or "").strip()}') from error
    source = Source(path, tree, [], *_top_level_names(tree))
    if '_base_' in source.assigned:
        raise ConfigError(f'{short_path(path)}:{source.assigned["_base_"]}: `_base_ = ...` is MMEngine\'s older '
                          'style, which avreg does '
                          'not read\n  write `with read_base(): from .base import *` (from mmengine.config import '
                          'read_base)')
    for statement in tree.body:
        if isinstance(statement, ast.With):
            for node in statement.body:
                _add_base(source, node, (*importers, path.resolve()))
    return source


def check_names(source: Source) -> None:
    """Stop at a top-level name that was meant to do something and does nothing.

    A name is a key of :data:`~avreg.config.keys.TOP_LEVEL_KEYS`, or a helper: a name that something reads (further down
    in the same file, or in a file that imports it), or that starts with ``_``. Any other assignment does nothing. That
    is an error where it looks like a key, or replaces a helper that a base has used already; else a warning. To change
    such a helper in place (``ave_train.split = ...``) is the same error. In a base, which may offer names that not
    everyone uses, an unread name is an error only if it is a slip away from a key.

    Raises:
        ConfigError: such a name, with its file and line.
    """
    files = {file.path.resolve(): file for file in source.walk()}
    for file in files.values():
        for name, line in file.assigned.items():
            if name in TOP_LEVEL_KEYS or name.startswith('_') or _is_read(file.tree, name, line):
                continue
            if file is source:
                _refuse_unread(file, name, line)
            elif is_slip(name, TOP_LEVEL_KEYS) and not any(_reads_from(other, file, name) for other in files.values()):
                _refuse_unread(file, name, line)
    inherited = {name for base, _ in source.bases for name in base.exports()} - source.assigned.keys() - source.defined
    for name, line in _changed_in_vain(source.tree).items():
        if name in inherited - TOP_LEVEL_KEYS and not name.startswith('_'):
            _refuse_unread(source, name, line)


def _refuse_unread(file: Source, name: str, line: int) -> None:
    """An error, or a warning if it may well be a note, for a name that nothing reads."""
    head = f'{short_path(file.path)}:{line}: {name!r} is not a config key and nothing reads it, so it would do nothing'
    origin = next((base for base, _ in file.bases if name in base.exports()), None)
    if origin is not None:
        raise ConfigError(f'{head}\n  its base {short_path(origin.path)} has used its own {name!r} already; set the '
                          'keys '
                          'that were made from it instead')
    if nearest(name, TOP_LEVEL_KEYS):
        raise ConfigError(f'{head}{did_you_mean(name, TOP_LEVEL_KEYS)}\n  a name of your own that is only a note '
                          'starts with _')
    warnings.warn(f'{head}; start it with _ if it is only a note', stacklevel=2)


def is_slip(name: str, keys: frozenset[str]) -> bool:
    """Whether ``name`` is one typing slip (two in long names) away from one of ``keys``."""
    limit = 1 if len(name) < 10 else 2
    return any(0 < _edits(name, key) <= limit for key in keys if abs(len(key) - len(name)) <= limit)


def find_line(source: Source, path: tuple[str | int, ...]) -> tuple[Path, int] | None:
    """File and line of the assignment that sets ``path`` or the longest part of it; None if none of it is set."""
    best: tuple[int, Path, int] | None = None
    for file in source.walk():
        for statement in reversed(file.tree.body):
            for prefix, value in _settings(statement):
                if path[:len(prefix)] != prefix:
                    continue
                depth, where, line = _descend(file, value, path[len(prefix):], statement.lineno)
                depth += len(prefix)
                if best is None or depth > best[0]:
                    best = depth, where, line
    return best and (best[1], best[2])


def _add_base(source: Source, node: ast.stmt, importers: tuple[Path, ...]) -> None:
    """Read one ``from .base import ...`` inside ``with read_base():``."""
    where = f'{short_path(source.path)}:{node.lineno}'
    if not isinstance(node, ast.ImportFrom) or node.module is None:
        raise ConfigError(f'{where}: only `from <base> import ...` may stand inside `with read_base():`, not '
                          f'`{ast.unparse(node)}`')
    name = '.' * node.level + node.module
    if node.level:
        folder = source.path.parent
        for _ in range(node.level - 1):
            folder = folder / '..'
    else:
        package, _, rest = node.module.partition('.')
        try:
            folder = Path(get_installed_path(package))
        except Exception as error:  # MMEngine's own words say too little
            raise ConfigError(f'{where}: the base {name!r} is in {package!r}, which is not an installed package; a '
                              'base is given by its '
                              'path, `.file`, `..folder.file`, or by that in a package, '
                              '`avreg.configs.folder.file`') from error
        if not rest:
            raise ConfigError(f'{where}: the base {name!r} is a package; give the file in it, `{name}.configs.<file>`')
    parts = node.module.split('.')[0 if node.level else 1:]
    path = Path(os.path.normpath(folder.joinpath(*parts))).with_suffix('.py')
    if not path.is_file():
        raise ConfigError(f'{where}: the base {name!r} does not exist: there is no '
                          f'{short_path(path)}{_near_files(path)}')
    if path.resolve() in importers:
        raise ConfigError(f'{where}: the base {name!r} leads back to this file: '
                          f'{" <- ".join(short_path(p) for p in importers)}')
    base = read_sources(path, importers)
    exports = base.exports()
    for alias in node.names:
        if alias.name != '*' and alias.name not in exports:
            raise ConfigError(f'{where}: the base {short_path(path)} has no '
                              f'{alias.name!r}{did_you_mean(alias.name, exports)}')
    source.bases.append((base, node))


def _near_files(path: Path) -> str:
    """``; did you mean ...?`` over the config files around a missing one."""
    folder = path.parent
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    files = {short_path(file): file for file in folder.resolve().rglob('*.py') if file.name != '__init__.py'}
    if len(files) > 2000:  # not a folder of configs
        return ''
    by_stem = [
        name for name, file in files.items() if file.stem in nearest(path.stem, {f.stem
                                                                                 for f in files.values()})
    ]
    near = sorted(by_stem, key=lambda name: nearest(short_path(path), [name]) == [])[:3]
    return f"; did you mean {' or '.join(map(repr, near))}?" if near else ''


def _own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Nodes below ``node`` that belong to the same variable scope."""
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, _SCOPES):
            yield from _own_nodes(child)


def _top_level_names(tree: ast.Module) -> tuple[dict[str, int], set[str]]:
    """``assigned`` and ``defined`` of a Source."""
    assigned: dict[str, int] = {}
    defined: set[str] = set()
    for node in _own_nodes(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            assigned[node.id] = node.lineno
        elif isinstance(node, ast.For):
            defined |= {name.id for name in ast.walk(node.target) if isinstance(name, ast.Name)}
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            defined.add(node.name)
    return {name: line for name, line in assigned.items() if name not in defined}, defined


def _is_read(tree: ast.Module, name: str, line: int) -> bool:
    """Whether ``name``, assigned at ``line``, is read after it. To change it in place is not to read it."""
    for statement in tree.body:
        if any(
                isinstance(node, ast.Name) and node.id == name and node.lineno == line
                for node in getattr(statement, 'targets', [])):
            continue  # the assignment itself may build on the old value
        changed = _changed_root(statement)
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx,
                                                                             ast.Load) and node is not changed:
                if node.lineno >= line or isinstance(statement, (ast.FunctionDef, ast.ClassDef, ast.For, ast.While)):
                    return True
    return False


def _reads_from(importer: Source, base: Source, name: str) -> bool:
    """Whether ``importer`` builds on ``base`` and reads ``name``, which may then be the base's."""
    if importer is base or all(file.path.resolve() != base.path.resolve() for file in importer.walk()):
        return False
    explicit = any(alias.name == name for _, node in importer.bases for alias in node.names)
    return explicit or _is_read(importer.tree, name, 0)


def _changed_root(statement: ast.stmt) -> ast.Name | None:
    """The name at the root of ``name.a.b = ...``, ``name['a'] = ...`` or ``name.update(...)``."""
    if isinstance(statement, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
        node = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
    elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        node = statement.value.func
    elif isinstance(statement, ast.Delete):
        node = statement.targets[0]
    else:
        return None
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node if isinstance(node, ast.Name) else None


def _changed_in_vain(tree: ast.Module) -> dict[str, int]:
    """Names that a file changes in place but reads nowhere else -> line of the first change. What was read before counts
    as well: the change may reach what holds the same object by then.
    """
    lines: dict[str, int] = {}
    within: dict[ast.AST, str] = {}  # node -> the name that its statement changes
    for statement in _own_nodes(tree):
        root = _changed_root(statement) if isinstance(statement, ast.stmt) else None
        if root is not None and getattr(getattr(statement, 'value', None), 'func', None) is not root:
            lines.setdefault(root.id, statement.lineno)
            within |= dict.fromkeys(ast.walk(statement), root.id)
    read = {node.id for node in ast.walk(tree)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and within.get(node) != node.id}
    return {name: line for name, line in lines.items() if name not in read}


def _settings(statement: ast.stmt) -> Iterator[tuple[tuple[str | int, ...], ast.expr]]:
    """(key path, value) of what a statement sets."""
    if isinstance(statement, ast.Assign):
        for target in statement.targets:
            path = _target_path(target)
            if path:
                yield path, statement.value
    elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        call = statement.value
        if isinstance(call.func, ast.Attribute) and call.func.attr in ('update', 'merge'):
            path = _target_path(call.func.value)
            if path:
                yield path, call
                for argument in call.args:
                    yield path, argument


def _target_path(node: ast.expr) -> tuple[str | int, ...] | None:
    """``model.heads['ave']`` -> ('model', 'heads', 'ave'); None for anything that is not written out."""
    if isinstance(node, ast.Name):
        return (node.id, )
    if isinstance(node, ast.Attribute):
        root = _target_path(node.value)
        return root and (*root, node.attr)
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        root = _target_path(node.value)
        return root and (*root, node.slice.value)
    return None


def _descend(file: Source, value: ast.expr, path: tuple[str | int, ...], line: int) -> tuple[int, Path, int]:
    """How much of ``path`` is written out in ``value`` (helper names are looked into), and file and line of its end."""
    here = (0, file.path, line)
    if not path:
        return here
    if isinstance(value, ast.Name):
        for owner in file.walk():
            for statement in reversed(owner.tree.body):
                if isinstance(statement, ast.Assign) and _target_path(
                        statement.targets[0]) == (value.id, ) and statement.value is not value:
                    found = _descend(owner, statement.value, path, statement.lineno)
                    return found if found[0] else here
        return here
    children: dict[str | int, tuple[ast.expr, int]] = {}
    if isinstance(value, ast.Call):
        children = {k.arg: (k.value, k.lineno) for k in value.keywords if k.arg}
    elif isinstance(value, ast.Dict):
        children = {k.value: (v, k.lineno) for k, v in zip(value.keys, value.values) if isinstance(k, ast.Constant)}
    elif isinstance(value, (ast.List, ast.Tuple)):
        children = {i: (v, v.lineno) for i, v in enumerate(value.elts)}
    if path[0] not in children:
        return here
    child, child_line = children[path[0]]
    depth, where, found_line = _descend(file, child, path[1:], child_line)
    return depth + 1, where, found_line


def _edits(a: str, b: str) -> int:
    """Insertions, deletions, substitutions and swaps of neighbours between two names."""
    rows = [list(range(len(b) + 1))]
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            cost = min(rows[-1][j] + 1, row[j - 1] + 1, rows[-1][j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, rows[-2][j - 2] + 1)
            row.append(cost)
        rows.append(row)
    return rows[-1][-1]
