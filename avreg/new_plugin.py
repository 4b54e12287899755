"""copy_example: a new plugin, made from ``plugins/example`` so that the template cannot rot."""
from __future__ import annotations

import keyword
import os
import re
import shlex
import shutil
import tempfile
from pathlib import Path

from avreg.errors import ConfigError
from avreg.plugin import CHECKOUT, ENVIRONMENT_VARIABLE, NAMESPACE, plugin_folders
from avreg.registry import MODELS

PLUGINS = CHECKOUT / NAMESPACE
EXAMPLE = PLUGINS / 'example'
_COPIED = ('.py', '.md', '.yml', '.toml')


def copy_example(name: str, into: str | os.PathLike = PLUGINS) -> Path:
    """Copy ``plugins/example`` as plugin ``name``: package, classes, configs and tests take the new name, commands the new place.

    The copy appears whole or not at all.

    Args:
        name: snake_case.
        into: folder of plugins.

    Returns:
        The new folder.

    Raises:
        ConfigError: the name is no snake_case identifier or is taken, or ``into`` is no folder.
    """
    into = Path(into)
    if not re.fullmatch(r'[a-z][a-z0-9]*(_[a-z0-9]+)*', name) or keyword.iskeyword(name):
        raise ConfigError(f'{name!r} cannot be the name of a plugin: it has to be snake_case, a-z, 0-9 and single '
                          'underscores, starting with a '
                          f'letter, and no Python keyword; e.g. {_suggest(name)!r}')
    if not into.is_dir():
        raise ConfigError(f'--into {str(into)!r} is not a folder; make it first, and list it in AVREG_PLUGINS')
    for folder in dict.fromkeys([into.resolve(), *(folder for folder, _ in plugin_folders())]):
        if (folder / name).exists():
            raise ConfigError(f'the name {name!r} is taken: there is {folder / name}; choose another one')
    camel = ''.join(part.capitalize() for part in name.split('_'))
    names = {
        'CosineLocalizationHead': f'{camel}LocalizationHead',
        'cosine_localization_head': f'{name}_localization_head',
        'example': name
    }
    if names['CosineLocalizationHead'] in MODELS:
        raise ConfigError(f"the name {name!r} is taken: its class would be {names['CosineLocalizationHead']}, which "
                          "is registered already; "
                          'choose another one')
    final = into / name
    temporary = Path(tempfile.mkdtemp(prefix=f'.{name}.', dir=into))
    try:
        for file in sorted(EXAMPLE.rglob('*')):
            if file.suffix in _COPIED:
                target = temporary / _rename(str(file.relative_to(EXAMPLE)), names)
                target.parent.mkdir(parents=True, exist_ok=True)
                text = _rename(file.read_text(encoding='utf-8'), names)
                target.write_text(_at_place(text, final) if file.suffix == '.md' else text, encoding='utf-8')
        temporary.chmod(0o755)  # mkdtemp makes it private
        os.rename(temporary, final)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return final


def environment_for(plugin: Path) -> str:
    """What stands before a command that needs the plugin in this folder: nothing in the checkout, else where it is to be looked for."""
    folder = plugin.resolve().parent
    return '' if folder == PLUGINS else f'{ENVIRONMENT_VARIABLE}={shlex.quote(str(folder))} '


def _at_place(text: str, plugin: Path) -> str:
    """``text`` with commands that run from anywhere, unless the plugin lies in the checkout."""
    environment = environment_for(plugin)
    if not environment:
        return text

    def move(found: re.Match[str]) -> str:
        command = found[0].replace(f'{NAMESPACE}/{plugin.name}', shlex.quote(str(plugin.resolve())))
        return environment + command.replace(' tools/', f" {shlex.quote(str(CHECKOUT / 'tools'))}/")

    return re.sub(r'^python .*', move, text, flags=re.MULTILINE)


def _rename(text: str, names: dict[str, str]) -> str:
    """``text`` with every old name, where it stands as a word of its own or between underscores, replaced."""
    pattern = '|'.join(rf'(?<![A-Za-z0-9]){old}(?![A-Za-z0-9])' for old in names)
    return re.sub(pattern, lambda found: names[found[0]], text)


def _suggest(name: str) -> str:
    """A valid name like ``name``."""
    words = re.sub(r'(?<=[a-z0-9])(?=[A-Z])', '_', name).lower()
    words = re.sub(r'[^a-z0-9]+', '_', words).strip('_').lstrip('0123456789_')
    return f'{words}_method' if not words or keyword.iskeyword(words) else words
