"""Which keywords a class or function takes, as far as that can be known without calling it."""
from __future__ import annotations

import ast
import functools
import inspect
import textwrap
from collections.abc import Callable
from typing import Any

from mmengine.utils import ManagerMixin


def name_of(target: Any) -> str:
    """How a class, function or partial is called in a message."""
    if isinstance(target, functools.partial):
        return f'partial({name_of(target.func)})'
    return getattr(target, '__qualname__', None) or str(target)


def source_file(target: Any) -> str | None:
    """File in which a class or function is defined; None for what is written in C."""
    try:
        return inspect.getsourcefile(target)
    except TypeError:
        return None


def accepted_keywords(target: Callable) -> set[str] | None:
    """Keywords that calling ``target`` takes, or None where any may be taken (``**kwargs`` that go who knows where).

    ``**kwargs`` that a class only hands on to ``super().__init__`` are followed up its bases.
    """
    if isinstance(target, functools.partial):
        return accepted_keywords(target.func)
    if not inspect.isclass(target):
        return _own_keywords(target)[0]
    if type(target).__call__ is not type.__call__:  # a metaclass decides what a call means
        return None
    accepted = {'name'} if issubclass(target, ManagerMixin) else set()
    constructors = [base.__dict__['__init__'] for base in target.__mro__ if '__init__' in base.__dict__]
    if constructors[0] is object.__init__:  # made by __new__ alone, or takes nothing
        return _own_keywords(target)[0] if target.__new__ is not object.__new__ else accepted
    for constructor in constructors:
        own, handed_on = _own_keywords(constructor, method=True)
        if own is None and handed_on is None:
            return None
        accepted |= own or handed_on or set()
        if handed_on is None:
            return accepted
    return accepted


def required_keywords(target: Callable) -> list[str]:
    """Parameters of ``target`` that have no default."""
    parameters = inspect.signature(target).parameters.values()
    return [p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY) and p.default is p.empty]


@functools.lru_cache(maxsize=None)
def _own_keywords(function: Callable, method: bool = False) -> tuple[set[str] | None, set[str] | None]:
    """(keywords, None): closed; (None, keywords): hands **kwargs on to super; (None, None): takes any."""
    try:
        # wrappers are asked themselves: what they let through may be renamed on the way
        parameters = list(inspect.signature(function, follow_wrapped=False).parameters.values())
    except (ValueError, TypeError):  # written in C, without a signature
        return None, None
    if method:
        parameters = parameters[1:]
    names = {p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)}
    variadic = next((p.name for p in parameters if p.kind is p.VAR_KEYWORD), None)
    if variadic is None:
        return names, None
    if method and _only_to_super(function, variadic):
        return None, names
    return None, None


def _only_to_super(function: Callable, variadic: str) -> bool:
    """Whether the body names ``variadic`` once, in ``super().__init__(..., **variadic)``."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):  # no source to read
        return False
    uses = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == variadic]
    if len(uses) != 1:
        return False
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and any(k.arg is None and k.value is uses[0] for k in node.keywords):
            return ast.unparse(node.func) == 'super().__init__'
    return False
