"""CCNet: from the keys of the official ``.pth.tar`` to those of an AVModel of UnimodalEncoder, CMCC, MTGC and DenseEventHead."""
from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

import torch
from torch import Tensor

from .state_dict import check_keys

# Where our configs have the modules.
_ENCODER, _CMCC, _MTGC, _HEAD = 'necks.0', 'necks.1', 'necks.2', 'heads.unav100'
_MODALITY = {'V': 'visual', 'A': 'audio', 'Visual': 'visual', 'Audio': 'audio', 'visual': 'visual', 'audio': 'audio'}
# The running average of the losses, which the official checkpoint does not keep, as training starts it.
_NORMALIZER = 250.0
# Beginning of an official key, as a pattern with groups -> the beginning of ours; {m} is the modality, {0} and {1} the groups' numbers.
_PLACES = (
    (r'backbone\.embd_(?P<m>[VA])\.(?P<i>\d+)\.conv', _ENCODER + '.{m}.convs.{i}'),
    (r'backbone\.embd_norm_(?P<m>[VA])\.(?P<i>\d+)', _ENCODER + '.{m}.norms.{i}'),
    (r'backbone\.self_att_(?P<m>[VA])\.(?P<i>\d+)', _ENCODER + '.{m}.blocks.{i}'),
    (r'backbone\.ori_CMI_(?P<m>Visual|Audio)', _CMCC + '.levels.0.blocks.{m}'),
    (r'backbone\.CMI_(?P<m>Visual|Audio)\.(?P<i>\d+)', _CMCC + '.levels.{next}.blocks.{m}'),
    (r'backbone\.(?P<m>visual|audio)_TCG\.(?P<i>\d+)', _CMCC + '.levels.{i}.gates.{m}'),
    (r'MTGC_block\.C2F_linear\.(?P<i>\d+)', _MTGC + '.coarse_to_fine.linears.{i}'),
    (r'MTGC_block\.C2F_attention', _MTGC + '.coarse_to_fine.block'),
    (r'MTGC_block\.F2C_attention_block\.(?P<i>\d+)', _MTGC + '.fine_to_coarse.blocks.{i}'),
    (r'MTGC_block\.feature_expand\.conv', _MTGC + '.dependency.expand'),
    (r'MTGC_block\.feature_squeeze\.conv', _MTGC + '.dependency.squeeze'),
    (r'MTGC_block\.feature_tem_press\.conv', _MTGC + '.dependency.press'),
    (r'MTGC_block\.feature_tem_block\.(?P<i>\d+)', _MTGC + '.dependency.channel_linears.{i}'),
    (r'MTGC_block\.channel_att\.(?P<i>\d+)', _MTGC + '.dependency.channel_blocks.{i}'),
    (r'MTGC_block\.temporal_branch', _MTGC + '.dependency.temporal'),
    (r'MTGC_block\.cooccur_branch', _MTGC + '.dependency.cooccurrence'),
    (r'cls_head\.head\.(?P<i>\d+)\.conv', _HEAD + '.classify.convs.{i}'),
    (r'cls_head\.norm\.(?P<i>\d+)', _HEAD + '.classify.norms.{i}'),
    (r'cls_head\.cls_head\.conv', _HEAD + '.classify.out'),
    (r'reg_head\.head\.(?P<i>\d+)\.conv', _HEAD + '.regress.convs.{i}'),
    (r'reg_head\.norm\.(?P<i>\d+)', _HEAD + '.regress.norms.{i}'),
    (r'reg_head\.offset_head\.conv', _HEAD + '.regress.out'),
)
# What stands between the beginning and the kind of a key, in blocks and gates.
_LAYERS = {
    'ln11': 'norm_x', 'ln12': 'norm_query', 'ln2': 'norm_mlp', 'mlp.0': 'fc1', 'mlp.3': 'fc2', 'attn.proj': 'attention.proj',
    'drop_path_attn': 'attention_scale', 'drop_path_mlp': 'mlp_scale', 'proj': 'proj', 'gate_linear.conv': 'gate',
    **{f'{prefix}{name}{suffix}': f'{ours}{name}{suffix.removesuffix(".conv")}' for prefix, ours in (('attn.', 'attention.'), ('', ''))
       for name in ('query', 'key', 'value') for suffix in ('', '_norm', '_conv.conv')},
}
_LEVEL_SCALE = re.compile(r'reg_head\.scale\.(\d+)\.scale')


class CCNetSizes(NamedTuple):
    """What official checkpoints differ in.

    Args:
        visual, audio: widths of the features.
        channels: D.
        head_channels: of the head's hidden layers.
        class_channels: E.
        num_classes: K.
        lengths: T_l of the levels.
    """

    visual: int
    audio: int
    channels: int
    head_channels: int
    class_channels: int
    num_classes: int
    lengths: tuple[int, ...]


def official_shapes(sizes: CCNetSizes) -> dict[str, tuple[int, ...]]:
    """Every key of an official checkpoint with its shape."""
    D, E, K, lengths = sizes.channels, sizes.class_channels, sizes.num_classes, sizes.lengths
    levels, shapes = len(lengths), {}

    def norm(key: str, width: int) -> None:
        shapes.update({f'{key}.weight': (1, width, 1), f'{key}.bias': (1, width, 1)})

    def layer(key: str, *shape: int) -> None:
        shapes.update({f'{key}.weight': shape, f'{key}.bias': shape[:1]})

    def attention(key: str, width: int) -> None:
        for name in ('query', 'key', 'value'):
            shapes[f'{key}.{name}_conv.conv.weight'] = (width, 1, 3)
            norm(f'{key}.{name}_norm', width)
            layer(f'{key}.{name}', width, width, 1)
        layer(f'{key}.proj', width, width, 1)

    def block(key: str, width: int, hidden: int) -> None:
        for name in ('ln11', 'ln12', 'ln2'):
            norm(f'{key}.{name}', width)
        attention(f'{key}.attn', width)
        layer(f'{key}.mlp.0', hidden, width, 1)
        layer(f'{key}.mlp.3', width, hidden, 1)
        for name in ('attn', 'mlp'):
            shapes[f'{key}.drop_path_{name}.scale'] = (1, width, 1)

    for letter, name, width in (('V', 'Visual', sizes.visual), ('A', 'Audio', sizes.audio)):
        for i in range(2):
            shapes[f'backbone.embd_{letter}.{i}.conv.weight'] = (D, D if i else width, 3)
            norm(f'backbone.embd_norm_{letter}.{i}', D)
            block(f'backbone.self_att_{letter}.{i}', D, 4 * D)
        block(f'backbone.ori_CMI_{name}', D, 4 * D)
        for i in range(levels - 1):
            block(f'backbone.CMI_{name}.{i}', D, 4 * D)
        for i in range(levels):
            norm(f'backbone.{name.lower()}_TCG.{i}.ln11', D)
            norm(f'backbone.{name.lower()}_TCG.{i}.ln12', D)
            attention(f'backbone.{name.lower()}_TCG.{i}', D)
            layer(f'backbone.{name.lower()}_TCG.{i}.gate_linear.conv', 1, D, 1)
    shapes['MTGC_block.feature_expand.conv.weight'] = (K * E, 2 * D, 3)
    shapes['MTGC_block.feature_squeeze.conv.weight'] = (2 * D, K * E, 3)
    shapes['MTGC_block.feature_tem_press.conv.weight'] = (E, 2 * D, 3)
    for name in ('cooccur', 'temporal'):
        block(f'MTGC_block.{name}_branch', E, E)
    block('MTGC_block.C2F_attention', 2 * D, 8 * D)
    for i, (fine, coarse) in enumerate(zip(lengths, lengths[1:])):
        block(f'MTGC_block.F2C_attention_block.{i}', 2 * D, 8 * D)
        layer(f'MTGC_block.C2F_linear.{i}', fine, coarse)
    for i, length in enumerate(lengths):
        layer(f'MTGC_block.feature_tem_block.{i}', length * K, length)
        block(f'MTGC_block.channel_att.{i}', length, E)
        shapes[f'reg_head.scale.{i}.scale'] = ()
    for head, out, width in (('cls_head', 'cls_head.conv', K), ('reg_head', 'offset_head.conv', 2 * K)):
        for i in range(2):
            shapes[f'{head}.head.{i}.conv.weight'] = (sizes.head_channels, sizes.head_channels if i else 2 * D, 3)
            norm(f'{head}.norm.{i}', sizes.head_channels)
        layer(f'{head}.{out}', width, sizes.head_channels, 3)
    return shapes


def convert_ccnet(official: Mapping[str, Tensor], source: str = 'the state dict') -> tuple[dict[str, Tensor], list[str]]:
    """An official state dict as that of an AVModel whose necks are UnimodalEncoder, CMCC and MTGC, with a DenseEventHead for unav100.

    Args:
        official: the weights, of any sizes; a leading ``module.`` is taken off.
        source: what errors call ``official``: its file.

    Returns:
        the converted state dict; notes for the user: what was found, what was added.

    Raises:
        ValueError: not a CCNet, or a key missing, additional or of another shape.
    """
    official = {key.removeprefix('module.'): tensor for key, tensor in official.items()}
    sizes = _sizes(official, source)
    check_keys(official, official_shapes(sizes), source, f'CCNet of these sizes ({_described(sizes)})')
    state: dict[str, Tensor] = {}
    scales: dict[int, Tensor] = {}
    for key, tensor in official.items():
        if match := _LEVEL_SCALE.fullmatch(key):
            scales[int(match[1])] = tensor
        else:
            name, value = _converted(key, tensor)
            state[name] = value
    state[f'{_HEAD}.level_scale'] = torch.stack([scales[i] for i in sorted(scales)])
    state[f'{_HEAD}.normalizer'] = torch.tensor(_NORMALIZER)
    return state, [f'{source} holds CCNet: {len(official)} keys, {_described(sizes)}',
                   f'added {_HEAD}.normalizer = {_NORMALIZER:g}, where training starts: the official checkpoint does not keep it']


def _converted(key: str, tensor: Tensor) -> tuple[str, Tensor]:
    """Our name and layout of one tensor."""
    for pattern, place in _PLACES:
        match = re.match(pattern + r'(?:\.|$)', key)
        if match:
            break
    groups = match.groupdict()
    place = place.format(m=_MODALITY.get(groups.get('m')), i=groups.get('i'), next=int(groups.get('i') or 0) + 1)
    *layer, kind = key[match.end():].split('.')
    ours = _LAYERS['.'.join(layer)] if layer else ''
    name = '.'.join(filter(None, (place, ours, '' if kind == 'scale' else kind)))
    if tensor.ndim == 3 and tensor.shape[0] == 1 == tensor.shape[2] and not ours.startswith('gate'):
        return name, tensor.flatten()  # a norm or a scale
    if ours.endswith('_conv'):
        return name, tensor.unsqueeze(-1)
    if tensor.ndim == 3 and tensor.shape[2] == 3:
        # As TemporalConv keeps it.
        return name, tensor.permute((0, 2, 1) if tensor.shape[1] <= tensor.shape[0] else (2, 0, 1)).contiguous()
    return name, tensor.squeeze(-1) if tensor.ndim == 3 else tensor


def _sizes(official: Mapping[str, Tensor], source: str) -> CCNetSizes:
    """The sizes, from the shapes of some keys.

    Raises:
        ValueError: one of them is missing or of another number of dimensions.
    """
    def shape(key: str, dims: int) -> torch.Size:
        if key not in official or official[key].ndim != dims:
            example = ', '.join(map(repr, list(official)[:3]))
            raise ValueError(f'{source} is not a CCNet: it has no {key!r} of {dims} dimensions; its {len(official)} keys begin with '
                             f'{example or "nothing"}')
        return official[key].shape

    D, visual, _ = shape('backbone.embd_V.0.conv.weight', 3)
    _, audio, _ = shape('backbone.embd_A.0.conv.weight', 3)
    E = shape('MTGC_block.feature_tem_press.conv.weight', 3)[0]
    first = shape('MTGC_block.C2F_linear.0.weight', 2)[0]
    levels = 2 + max(int(key.split('.')[2]) for key in official if re.fullmatch(r'MTGC_block\.C2F_linear\.\d+\.weight', key))
    return CCNetSizes(visual, audio, D, shape('cls_head.head.0.conv.weight', 3)[0], E, shape('cls_head.cls_head.conv.weight', 3)[0],
                      tuple(-(-first // 2**level) for level in range(levels)))


def _described(sizes: CCNetSizes) -> str:
    return (f'features {sizes.visual} + {sizes.audio} wide, D = {sizes.channels}, {sizes.num_classes} classes, T = {sizes.lengths[0]}, '
            f'{len(sizes.lengths)} levels')
