"""PVT v2: from the keys of the official ``pvt_v2_b*.pth`` to those of transformers' ``PvtV2Backbone``."""
from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

import torch
from torch import Tensor

from .state_dict import check_keys, read_state_dict


class PVTv2Sizes(NamedTuple):
    """What differs between the published variants, stage by stage."""

    widths: tuple[int, int, int, int]
    depths: tuple[int, int, int, int]
    mlp_ratios: tuple[int, int, int, int] = (8, 8, 4, 4)


PVT_V2_SIZES = {
    'b0': PVTv2Sizes((32, 64, 160, 256), (2, 2, 2, 2)),
    'b1': PVTv2Sizes((64, 128, 320, 512), (2, 2, 2, 2)),
    'b2': PVTv2Sizes((64, 128, 320, 512), (3, 4, 6, 3)),
    'b3': PVTv2Sizes((64, 128, 320, 512), (3, 4, 18, 3)),
    'b4': PVTv2Sizes((64, 128, 320, 512), (3, 8, 27, 3)),
    'b5': PVTv2Sizes((64, 128, 320, 512), (3, 6, 40, 3), (4, 4, 4, 4)),
}

_OFFICIAL_KEY = re.compile(r'(?P<part>patch_embed|block|norm)(?P<stage>\d)(\.(?P<block>\d+))?(\.(?P<layer>.+))?\.(?P<kind>weight|bias)')
# The layers that transformers calls something else; keys and values are one matrix officially, two there.
_LAYERS = {
    'norm': ('layer_norm', ),
    'norm1': ('layer_norm_1', ),
    'norm2': ('layer_norm_2', ),
    'attn.q': ('attention.query', ),
    'attn.kv': ('attention.key', 'attention.value'),
    'attn.proj': ('attention.proj', ),
    'attn.sr': ('attention.spatial_reduction', ),
    'attn.norm': ('attention.layer_norm', ),
    'mlp.fc1': ('mlp.dense1', ),
    'mlp.fc2': ('mlp.dense2', ),
}


def official_shapes(variant: str) -> dict[str, tuple[int, ...]]:
    """Every key of an official checkpoint but those of the classifier, with its shape."""
    sizes, layers, before = PVT_V2_SIZES[variant], {}, 3
    for i, (width, depth, ratio, reduction) in enumerate(zip(*sizes, (8, 4, 2, 1)), start=1):
        kernel, hidden = 7 if i == 1 else 3, ratio * width
        block = {
            'norm1': (width, ), 'attn.q': (width, width), 'attn.kv': (2 * width, width), 'attn.proj': (width, width), 'norm2': (width, ),
            'mlp.fc1': (hidden, width), 'mlp.dwconv.dwconv': (hidden, 1, 3, 3), 'mlp.fc2': (width, hidden)
        }
        if reduction > 1:
            block.update({'attn.sr': (width, width, reduction, reduction), 'attn.norm': (width, )})
        layers.update({f'patch_embed{i}.proj': (width, before, kernel, kernel), f'patch_embed{i}.norm': (width, ), f'norm{i}': (width, )})
        layers.update({f'block{i}.{j}.{layer}': shape for j in range(depth) for layer, shape in block.items()})
        before = width
    shapes = {}
    for layer, shape in layers.items():
        shapes.update({f'{layer}.weight': shape, f'{layer}.bias': shape[:1]})
    return shapes


def convert_pvt_v2(official: Mapping[str, Tensor],
                   variant: str | None = None,
                   source: str = 'the state dict') -> tuple[dict[str, Tensor], list[str]]:
    """An official state dict in the names of transformers' ``PvtV2Backbone``. Every key is used but ``head.*``, the classifier.

    Args:
        official: as the official file holds it.
        variant: what it must be of; None takes any of ``PVT_V2_SIZES``.
        source: what errors call ``official``: its file.

    Returns:
        the converted state dict; notes for the user: what was found, what was dropped.

    Raises:
        ValueError: not a PVT v2, another variant, or a key missing, additional or of another shape.
    """
    dropped = [key for key in official if key.startswith('head.')]
    official = {key: tensor for key, tensor in official.items() if key not in dropped}
    variant = _check(official, official_shapes, variant, source)
    notes = [f'{source} holds PVT v2 {variant}: {len(official)} keys']
    if dropped:
        notes.append(f'dropped the classifier: {", ".join(dropped)}')
    return _renamed(official), notes


def load_pvt_v2(path: str | os.PathLike, variant: str) -> tuple[dict[str, Tensor], list[str]]:
    """Weights for a ``PvtV2Backbone`` from an official file, or from what ``tools/convert_checkpoint.py pvt_v2`` made of it.

    Returns and raises the same as :func:`convert_pvt_v2` and :func:`read_state_dict`.
    """
    state, source = read_state_dict(path), f'checkpoint {path}'
    if not any(key.startswith('encoder.') for key in state):
        return convert_pvt_v2(state, variant, source)
    _check(state, _converted_shapes, variant, source)
    return state, [f'{source} holds PVT v2 {variant}, converted']


def _converted_shapes(variant: str) -> dict[str, tuple[int, ...]]:
    """Every key of a converted checkpoint, with its shape."""
    official = {key: torch.empty(shape, device='meta') for key, shape in official_shapes(variant).items()}
    return {key: tuple(tensor.shape) for key, tensor in _renamed(official).items()}


def _renamed(official: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The same tensors under transformers' names."""
    state = {}
    for key, tensor in official.items():
        match = _OFFICIAL_KEY.fullmatch(key)
        place = {'patch_embed': 'patch_embedding', 'block': f'blocks.{match["block"]}', 'norm': 'layer_norm'}[match['part']]
        names = _LAYERS.get(match['layer'], (match['layer'], ))
        for name, part in zip(names, tensor.chunk(len(names))):
            state['.'.join(filter(None, ('encoder.layers', str(int(match['stage']) - 1), place, name, match['kind'])))] = part
    return state


def _check(state: Mapping[str, Tensor], shapes_of: Callable[[str], dict[str, tuple[int, ...]]], variant: str | None, source: str) -> str:
    """The variant of ``state``, after checking it. For the errors see :func:`convert_pvt_v2`."""
    found = {(key, tuple(tensor.shape)) for key, tensor in state.items()}

    def likeness(name: str) -> float:
        expected = set(shapes_of(name).items())
        return len(found & expected) / len(found | expected)

    nearest = max(PVT_V2_SIZES, key=likeness)
    # A few keys lost or spoilt leave most of them; another network, or another size of this one, shares next to nothing.
    if likeness(nearest) < 0.5:
        example = ', '.join(map(repr, list(state)[:3]))
        raise ValueError(f'{source} is not a PVT v2 of a published size ({", ".join(PVT_V2_SIZES)}): its {len(state)} keys begin with '
                         f'{example or "nothing"}, those of PVT v2 with {", ".join(map(repr, list(shapes_of("b0"))[:3]))}')
    if variant not in (None, nearest):
        raise ValueError(f"{source} is of variant {nearest!r}, not {variant!r}: set variant={nearest!r}, or give pvt_v2_{variant}.pth")
    check_keys(state, shapes_of(nearest), source, f'PVT v2 {nearest}')
    return nearest
