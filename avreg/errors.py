"""ConfigError, and the words that an error about a name is made of."""
from __future__ import annotations

import difflib
import os
from collections.abc import Iterable
from pathlib import Path


class ConfigError(ValueError):
    """A mistake of the user's in a config, an option or a plugin: the value, its place, what is valid, the cure.

    The tools print it without a traceback and leave with exit status 2.
    """


def nearest(value: str, valid: Iterable[str], count: int = 3) -> list[str]:
    """Up to ``count`` of ``valid`` that ``value`` may have meant, best first; upper and lower case count as equal.

    A name that only differs in the parts at its ends (``CosineHead``, ``CosineLocalizationHead``) is found too.
    """
    by_lower: dict[str, str] = {}
    for name in valid:
        by_lower.setdefault(str(name).lower(), str(name))
    return [by_lower[name] for name in difflib.get_close_matches(str(value).lower(), by_lower, count, 0.6)]


def did_you_mean(value: str, valid: Iterable[str]) -> str:
    """``"; did you mean 'x' or 'y'?"``, or the whole list where it is short and nothing is near, or nothing."""
    names = sorted({str(name) for name in valid})
    near = nearest(value, names)
    if near:
        return f"; did you mean {' or '.join(map(repr, near))}?"
    if 0 < len(names) <= 30:
        return f"; valid: {', '.join(names)}"
    return ''


def short_path(path: str | os.PathLike) -> str:
    """``path`` seen from the working directory if it lies below it, else from the checkout, else in full."""
    full = Path(os.path.abspath(path))
    for folder in (Path.cwd(), Path(__file__).resolve().parents[1]):
        if full.is_relative_to(folder):
            return str(full.relative_to(folder))
    return str(full)
