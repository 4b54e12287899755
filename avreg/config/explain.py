"""explain: an error that a component raised, with the config key that the component was built from."""
from __future__ import annotations

import re
import traceback
from collections.abc import Mapping
from typing import Any

from . import place as places
from .place import KeyPath, raw_items


def explain(error: BaseException) -> str:
    """The error's message, and ``at <key> in <file>:<line>`` of the component in which it was raised.

    The innermost object on the way to the error that some ``type`` of the config in use asked for is taken; of several
    of one class, the one with its arguments. Where the message names an argument, the place is that argument's.
    """
    message = _of_worker(str(error))
    cfg = places.in_use()
    if cfg is None or re.search(r'^\s*at \S+(, given| in )', message, re.MULTILINE):
        return message
    for frame, _ in reversed(list(traceback.walk_tb(error.__traceback__))):
        owner = frame.f_locals.get('self')
        paths = [] if owner is None else list(places.asked_for(cfg._cfg_dict, type(owner)))
        paths = [path for path in paths if _fits(places.value_at(cfg, path), owner, frame.f_locals)] or paths
        if paths:
            more = f' (and {len(paths) - 1} more)' if len(paths) > 1 else ''
            key = _named_argument(message, places.value_at(cfg, paths[0]))
            return f'{message}\n  {places.place(cfg, (*paths[0], *key))}{more}'
    return message


def _of_worker(message: str) -> str:
    """The message itself of an error that a worker of a dataloader met, which torch puts behind the worker's traceback."""
    if re.match(r'Caught \w+ in DataLoader worker process', message):
        lines = list(re.finditer(r'^[\w.]+: ', message, re.MULTILINE))
        return message[lines[-1].end():].strip() if lines else message
    return message


def _fits(value: Mapping[str, Any], owner: Any, variables: Mapping[str, Any]) -> bool:
    """Whether ``owner`` may have been built from the dict ``value``: no simple argument of it contradicts."""
    for key, argument in raw_items(value):
        if isinstance(argument, (str, int, float, bool)) and key != 'type':
            held = vars(owner).get(key, variables.get(key, argument)) if hasattr(owner, '__dict__') else argument
            if isinstance(held, (str, int, float, bool)) and held != argument:
                return False
    return True


def _named_argument(message: str, value: Mapping[str, Any]) -> KeyPath:
    """The argument that a message speaks of, as the rest of a key path; empty if it names none."""
    named = [(found.start(), key) for key, _ in raw_items(value)
             if key != 'type' and (found := re.search(rf'\b{re.escape(str(key))}\b', message))]
    if named:
        return (min(named)[1], )
    # Or else one whose value, or an item of it, is told.
    told = [(found.start(), key) for key, argument in raw_items(value) if key != 'type'
            for item in (argument if isinstance(argument, (list, tuple)) else [argument])
            if isinstance(item, str) and len(item) > 3 and (found := re.search(rf'(?<!\w){re.escape(item)}(?!\w)', message))]
    return (min(told)[1], ) if told else ()
