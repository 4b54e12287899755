"""convert_checkpoint: from a released file to one of ours."""
from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import torch
from torch import Tensor

from avreg.errors import ConfigError, did_you_mean

from .ccnet import convert_ccnet
from .pvt_v2 import convert_pvt_v2
from .state_dict import read_state_dict
from .tspm import convert_tspm
from .vggish import convert_vggish

# By method: called with the official state dict and `source`, what errors call it; gives ours and notes for the user. Every
# key must be used or dropped by name with a note, and every key of ours filled.
CONVERTERS: dict[str, Callable[..., tuple[Mapping[str, Tensor], list[str]]]] = {
    'ccnet': convert_ccnet,
    'pvt_v2': convert_pvt_v2,
    'tspm': convert_tspm,
    'vggish': convert_vggish,
}
# Where the official file is a training state: the entries that may hold the weights, the best first.
_PARTS = {'ccnet': ('state_dict_ema', 'state_dict')}


def convert_checkpoint(method: str, source: str | os.PathLike, target: str | os.PathLike) -> list[str]:
    """Write the official checkpoint ``source`` under our names to ``target``, whole or not at all.

    Args:
        method: a name of ``CONVERTERS``.
        source: official file.
        target: file to write; its folder is made if need be. As ``.safetensors`` it can hold nothing but tensors; with any
            other name torch.save writes it.

    Returns:
        notes for the user: what was found, what was dropped.

    Raises:
        ConfigError: unknown method, or ``target`` is ``source`` or a folder.
        FileNotFoundError: no ``source``.
        ValueError: ``source`` is not a state dict, or not one of this method.
    """
    if method not in CONVERTERS:
        raise ConfigError(f'there is no converter {method!r}{did_you_mean(method, CONVERTERS)}')
    target = Path(target)
    if target.is_dir():
        raise ConfigError(f'{target} is a folder; give the file to write, as {target / (method + ".pth")}')
    official = read_state_dict(source, _PARTS.get(method, ()))
    if target.exists() and target.samefile(source):
        raise ConfigError(f'{target} is the official file itself; give another name to write to')
    state, notes = CONVERTERS[method](official, source=f'checkpoint {source}')
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f'.{target.name}.{os.getpid()}.tmp')
    try:
        _save(dict(state), temporary, safe=target.suffix == '.safetensors')
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)
    return notes


def _save(state: dict[str, Tensor], path: Path, safe: bool) -> None:
    """Write the tensors, in the format of safetensors or of torch.save."""
    if not safe:
        torch.save(state, path)
        return
    from safetensors.torch import save_file
    # Copies: it refuses tensors that are parts of one memory, as the halves of a matrix are.
    save_file({key: tensor.clone(memory_format=torch.contiguous_format) for key, tensor in state.items()}, path, metadata={'format': 'pt'})
