"""CLIP: from the names of OpenAI's own release to those of transformers' ``CLIPModel``, and the variant of a state dict."""
from __future__ import annotations

import re
from collections.abc import Mapping

import torch
from torch import Tensor

from .clip import POSITION_IDS, clip_config, clip_variant
from .state_dict import check_keys

_ENDS = {
    'class_embedding': 'vision_model.embeddings.class_embedding',
    'positional_embedding': 'vision_model.embeddings.position_embedding.weight',
    'conv1.weight': 'vision_model.embeddings.patch_embedding.weight',
    'proj': 'visual_projection.weight',
}
_TEXT_ENDS = {
    'token_embedding.weight': 'text_model.embeddings.token_embedding.weight',
    'positional_embedding': 'text_model.embeddings.position_embedding.weight',
    'text_projection': 'text_projection.weight',
    'logit_scale': 'logit_scale',
}
# Officially matrices that a row is multiplied with; those of a linear layer are transposed.
_PROJECTIONS = ('visual.proj', 'text_projection')
_NORMS = {'visual.ln_pre': 'vision_model.pre_layrnorm', 'visual.ln_post': 'vision_model.post_layernorm',
          'ln_final': 'text_model.final_layer_norm'}
_LAYERS = {'ln_1': 'layer_norm1', 'ln_2': 'layer_norm2', 'mlp.c_fc': 'mlp.fc1', 'mlp.c_proj': 'mlp.fc2', 'attn.out_proj': 'self_attn.out_proj'}
_BLOCK = re.compile(r'(visual\.)?transformer\.resblocks\.(\d+)\.(.+?)[._](weight|bias)')
# Sizes that the program of OpenAI's archives keeps beside the weights.
_CONSTANTS = ('input_resolution', 'context_length', 'vocab_size')


def convert_clip(official: Mapping[str, Tensor], source: str = 'the state dict') -> tuple[dict[str, Tensor], list[str]]:
    """Both towers of CLIP in the names of transformers' ``CLIPModel``, of one of ``CLIP_SIZES``.

    Args:
        official: of OpenAI's release (``visual.transformer.resblocks.0...``) or of a download in the Hugging Face format.
        source: what errors call ``official``: its file.

    Returns:
        the state dict, both towers and the temperature; notes for the user: what was found, what was dropped.

    Raises:
        ValueError: not a CLIP with a vision transformer of a published size, or a key missing, additional or of another shape.
    """
    dropped = [key for key in official if key in (*POSITION_IDS, *_CONSTANTS)]
    state = {key: tensor for key, tensor in official.items() if key not in dropped}
    names = 'transformers'
    if not any(key.startswith(('vision_model.', 'text_model.')) for key in state):
        names, state = "OpenAI's release", _renamed(state)
    variant = clip_variant({key: tuple(tensor.shape) for key, tensor in state.items()}, source)
    check_keys(state, clip_shapes(variant), source, f'CLIP {variant}')
    notes = [f'{source} holds CLIP {variant} in the names of {names}: {len(official) - len(dropped)} keys']
    if dropped:
        notes.append(f'dropped {", ".join(dropped)}')
    return state, notes


def clip_shapes(variant: str) -> dict[str, tuple[int, ...]]:
    """Every key of transformers' ``CLIPModel`` of a published variant, with its shape."""
    # Here, for it takes seconds that nobody should wait for who converts something else.
    from transformers import CLIPModel
    with torch.device('meta'):
        model = CLIPModel(clip_config(variant))
    return {key: tuple(tensor.shape) for key, tensor in model.state_dict().items()}


def _renamed(official: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The same tensors under transformers' names; what has none keeps its own."""
    state: dict[str, Tensor] = {}
    for key, tensor in official.items():
        tower, end = ('visual.', key[7:]) if key.startswith('visual.') else ('', key)
        norm, _, kind = key.rpartition('.')
        block = _BLOCK.fullmatch(key)
        if block:
            state.update(_of_block(block, tensor))
        elif norm in _NORMS:
            state[f'{_NORMS[norm]}.{kind}'] = tensor
        else:
            state[(_ENDS if tower else _TEXT_ENDS).get(end, key)] = tensor.T if key in _PROJECTIONS else tensor
    return state


def _of_block(match: re.Match, tensor: Tensor) -> dict[str, Tensor]:
    """The tensors of a key in a block; query, key and value are one matrix officially."""
    visual, number, layer, kind = match.groups()
    place = f'{"vision" if visual else "text"}_model.encoder.layers.{number}'
    if layer == 'attn.in_proj':
        return {f'{place}.self_attn.{name}_proj.{kind}': part for name, part in zip('qkv', tensor.chunk(3))}
    return {f'{place}.{_LAYERS.get(layer, layer)}.{kind}': tensor}
