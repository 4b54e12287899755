"""convert_checkpoint: from a released file to one of ours."""
from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import torch
from torch import Tensor

from avreg.atomic_write import whole_file
from avreg.errors import ConfigError, did_you_mean

from .ccnet import convert_ccnet
from .clip import published_weights
from .clip_names import convert_clip
from .pvt_v2 import convert_pvt_v2
from .state_dict import read_state_dict
from .tspm import convert_tspm
from .vggish import convert_vggish

# By method: called with the official state dict and `source`, what errors call it; gives ours and notes for the user. Every
# key must be used or dropped by name with a note, and every key of ours filled.
CONVERTERS: dict[str, Callable[..., tuple[Mapping[str, Tensor], list[str]]]] = {
    'ccnet': convert_ccnet,
    'clip': convert_clip,
    'pvt_v2': convert_pvt_v2,
    'tspm': convert_tspm,
    'vggish': convert_vggish,
}
# Where the official file is a training state: the entries that may hold the weights, the best first.
_PARTS = {'ccnet': ('state_dict_ema', 'state_dict')}
# Where the official download is a folder: the file in it that holds the weights.
_WEIGHTS = {'clip': published_weights}


def convert_checkpoint(method: str, source: str | os.PathLike, target: str | os.PathLike) -> list[str]:
    """Write the official checkpoint ``source`` under our names to ``target``, whole or not at all.

    Args:
        method: a name of ``CONVERTERS``.
        source: official file; of CLIP also the folder of a download.
        target: ``.safetensors`` file to write, which can hold nothing but tensors; its folder is made if need be.

    Returns:
        notes for the user: what was found, what was dropped.

    Raises:
        ConfigError: unknown method, or ``target`` is ``source``, a folder, or has another suffix.
        FileNotFoundError: no ``source``.
        ValueError: ``source`` is not a state dict, or not one of this method.
    """
    if method not in CONVERTERS:
        raise ConfigError(f'there is no converter {method!r}{did_you_mean(method, CONVERTERS)}')
    target = Path(target)
    if target.is_dir():
        raise ConfigError(f'{target} is a folder; give the file to write, as {target / (method + ".safetensors")}')
    if target.suffix != '.safetensors':
        raise ConfigError(f'{target} is not called .safetensors, which is the only format written here: it holds tensors and no code')
    if method in _WEIGHTS and Path(source).is_dir():
        source = _WEIGHTS[method](source)
    official = read_state_dict(source, _PARTS.get(method, ()))
    if target.exists() and target.samefile(source):
        raise ConfigError(f'{target} is the official file itself; give another name to write to')
    state, notes = CONVERTERS[method](official, source=f'checkpoint {source}')
    with whole_file(target) as temporary:
        _save(state, temporary)
    return notes


def _save(state: Mapping[str, Tensor], path: Path) -> None:
    """Write the tensors."""
    from safetensors.torch import save_file

    # Copies: it refuses tensors that are parts of one memory, as the halves of a matrix are.
    save_file({key: tensor.clone(memory_format=torch.contiguous_format) for key, tensor in state.items()}, path, metadata={'format': 'pt'})
