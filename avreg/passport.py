"""The passport of a folder of feature files: which encoder made them, of what, and how. Features of different ones are never mixed."""
from __future__ import annotations

import functools
import json
import os
from collections.abc import Collection, Mapping
from pathlib import Path

from mmengine.logging import print_log

from avreg.errors import ConfigError

# What may differ between features that are the same: the name of the file that the weights came from, how files are named, and how many
# segments were encoded at a time, which changes the last digit.
INFORMATION = ('checkpoint', 'layout', 'batch_size')
# Of a field that a passport does not have.
_ABSENT = 'not said'


def passport_path(folder: str | os.PathLike, suffix: str = '') -> Path:
    """Where the passport of the files ``<id><suffix>.npy`` of a folder lies."""
    return Path(folder) / f'passport{suffix}.json'


def read_passport(folder: str | os.PathLike, suffix: str = '') -> dict | None:
    """The passport of the files ``<id><suffix>.npy`` of a folder; None where there is none, as beside official downloads.

    Raises:
        ConfigError: it is damaged.
    """
    path = passport_path(folder, suffix)
    try:
        text = path.read_text(encoding='utf-8')
    except FileNotFoundError:
        return None
    return parse_passport(text, str(path))


def parse_passport(text: str | bytes, where: str) -> dict:
    """A passport from its JSON; ``where`` it stands is for the error.

    Raises:
        ConfigError: it is damaged.
    """
    try:
        passport = json.loads(text)
    except ValueError as problem:
        raise ConfigError(f'{where} is not JSON ({problem}); extract these features anew') from problem
    if not isinstance(passport, dict):
        raise ConfigError(f'{where} holds {type(passport).__name__}, not an object; extract these features anew')
    return passport


def differences(one: Mapping | None, other: Mapping | None, ignored: Collection[str] = INFORMATION) -> list[str]:
    """What differs between two passports, as 'encoder: vggish and clip'. One that there is not differs from one that there is."""
    if one is None or other is None:
        return [] if one is other else ['passport: {} and {}'.format(*('none (an official download?)' if p is None else _title(p)
                                                                     for p in (one, other)))]
    keys = [key for key in dict.fromkeys([*one, *other]) if key not in ignored]
    return [f'{key}: {one.get(key, _ABSENT)} and {other.get(key, _ABSENT)}' for key in keys
            if one.get(key, _ABSENT) != other.get(key, _ABSENT)]


def check_same(one: Mapping | None, other: Mapping | None, of_one: str, of_other: str, ignored: Collection[str] = INFORMATION) -> None:
    """Stop unless two passports say the same; ``of_one`` and ``of_other`` say whose they are.

    Raises:
        ConfigError: they differ; says in what.
    """
    if found := differences(one, other, ignored):
        raise ConfigError(f'{of_one} and {of_other} are not of one kind and are not mixed:\n  ' + '\n  '.join(found) +
                          '\n  Extract one of them anew with tools/extract_features.py as the other was made, or train anew on these')


def note_if_absent(passports: Mapping[str, Mapping | None]) -> None:
    """Tell the log, once a folder, that features have no passport. ``passports``: by folder."""
    for folder, passport in passports.items():
        if passport is None:
            _note(folder)


@functools.cache
def _note(folder: str) -> None:
    print_log(f'the features in {folder} have no passport (an official download?): nobody can check that all of them were made alike',
              'current')


def check_steps(passports: Mapping[str, Mapping | None], where: str) -> None:
    """Stop unless the rows of all kinds of features of a clip are equally far apart. What has no passport is not looked at.

    Raises:
        ConfigError: they are not.
    """
    steps = {kind: (passport.get('step'), passport.get('hop')) for kind, passport in passports.items() if passport is not None}
    if len(set(steps.values())) > 1:
        told = ', '.join(f'{kind} every {step:g} s (hop {hop})' for kind, (step, hop) in steps.items())
        raise ConfigError(f'{where}: the rows of its features are not taken at the same times: {told}')


def _title(passport: Mapping) -> str:
    """A passport in three words."""
    return f'{passport.get("encoder")} {str(passport.get("weights_sha256"))[:12]}'
