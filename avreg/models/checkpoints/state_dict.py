"""Reading a state dict from a file, and checking that it holds what a network needs, no more and no less."""
from __future__ import annotations

import os
import pickle
import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor

from avreg.errors import did_you_mean

# So many keys are named in an error; a file of another network misses hundreds.
_NAMED = 5


def read_state_dict(path: str | os.PathLike, parts: Sequence[str] = ()) -> dict[str, Tensor]:
    """The tensors of a checkpoint file by name, on the CPU. Nothing in the file can run code.

    ``.safetensors`` is read in that format, any other name as what torch.save wrote.

    Args:
        path: the file.
        parts: names under which a training state keeps its weights; the first that is there is taken, and if none is, the file itself
            must be the weights.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is damaged, or holds anything but tensors by name.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(_no_file(path))
    if path.suffix == '.safetensors':
        return _read_safetensors(path)
    if _is_torchscript(path):
        raise ValueError(f'checkpoint {path} is a TorchScript archive, a program with its weights, which is refused because loading it runs '
                         "that program. Where you trust it, save what it holds: torch.save(torch.jit.load(IN, map_location='cpu')"
                         '.state_dict(), OUT)')
    try:
        state = torch.load(path, map_location='cpu', weights_only=True)
    except (RuntimeError, EOFError) as error:  # of torch.load, for an archive that ends too early
        raise ValueError(f'checkpoint {path} is damaged or cut short; fetch it again') from error
    except pickle.UnpicklingError as error:
        # torch's own message recommends to load it without the check.
        needs = re.search(r'GLOBAL (\S+) was not an allowed', str(error))
        reason = (f'it also holds Python objects ({needs[1]}), which are refused because loading them can run code; whoever trusts the file '
                  'can save its tensors alone') if needs else (
                      'torch.save did not write it (a web page instead of a download?), or it also holds other Python objects, which are '
                      'refused because loading them can run code')
        raise ValueError(f'checkpoint {path} is not a file of tensors: {reason}') from error
    if not isinstance(state, Mapping) or not all(isinstance(key, str) for key in state):
        raise ValueError(f'checkpoint {path} holds a {type(state).__name__}, not tensors by name (a state dict)')
    state = next((state[part] for part in parts if isinstance(state.get(part), Mapping)), state)
    others = [key for key, value in state.items() if not isinstance(value, Tensor)]
    if others:
        inner = [key for key in others if isinstance(state[key], Mapping)]
        hint = f'; if the weights are what lies under {inner[0]!r}, save that part alone' if inner else ''
        raise ValueError(f'checkpoint {path} is not a state dict: {_listed(others)} {"is" if len(others) == 1 else "are"} no tensor{hint}')
    return dict(state)


def read_shapes(path: str | os.PathLike) -> dict[str, tuple[int, ...]]:
    """The shapes of the tensors of a ``.safetensors`` file by name, from its header.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is damaged.
    """
    from safetensors import SafetensorError, safe_open
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(_no_file(path))
    try:
        with safe_open(path, 'pt') as file:
            return {key: tuple(file.get_slice(key).get_shape()) for key in file.keys()}
    except SafetensorError as error:
        raise ValueError(_damaged(path)) from error


def _is_torchscript(path: Path) -> bool:
    """Whether an archive holds a program, as torch.jit.save writes it and OpenAI released CLIP."""
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return any(name.rpartition('/')[2] == 'constants.pkl' for name in archive.namelist())


def _damaged(path: Path) -> str:
    return f'checkpoint {path} is damaged, cut short or not in the format of safetensors; fetch it again'


def _read_safetensors(path: Path) -> dict[str, Tensor]:
    """The tensors of a file in the format of safetensors."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file
    try:
        return load_file(path)
    except SafetensorError as error:
        raise ValueError(_damaged(path)) from error


def _no_file(path: Path) -> str:
    """Why ``path`` is no file, and what there is instead."""
    if path.is_dir():
        return f'checkpoint {path} is a folder, not a file'
    if not path.parent.is_dir():
        return f'checkpoint {path} does not exist, nor does the folder {path.parent}'
    there = [p.name for p in path.parent.iterdir() if p.suffix in ('.pth', '.pt', '.safetensors') and p.is_file()]
    return f'checkpoint {path} does not exist{did_you_mean(path.name, there)}'


def check_keys(state: Mapping[str, Tensor], shapes: Mapping[str, tuple[int, ...]], source: str, what: str) -> None:
    """Stop unless ``state`` has exactly the keys and shapes of ``shapes``.

    Args:
        state: tensors by name.
        shapes: what a network needs.
        source: what the error calls ``state``: its file.
        what: what the error calls the network.

    Raises:
        ValueError: a key is missing, additional or of another shape.
    """
    missing = [key for key in shapes if key not in state]
    additional = [key for key in state if key not in shapes]
    reshaped = [key for key in shapes if key in state and tuple(state[key].shape) != tuple(shapes[key])]
    problems = []
    if missing:
        problems.append(f'missing: {_listed(missing)}')
    if additional:
        near = did_you_mean(additional[0], missing or shapes) if len(additional) == 1 else ''
        problems.append(f'not known: {_listed(additional)}{near if "mean" in near else ""}')
    if reshaped:
        key = reshaped[0]
        problems.append(f'of another shape: {_listed(reshaped)} ({key} is {tuple(state[key].shape)}, not {tuple(shapes[key])})')
    if problems:
        raise ValueError('\n  '.join([f'{source} does not fit {what}', *problems]))


def _listed(keys: list[str]) -> str:
    """The first keys, quoted, and how many more there are."""
    more = f' and {len(keys) - _NAMED} more' if len(keys) > _NAMED else ''
    return ', '.join(map(repr, keys[:_NAMED])) + more
