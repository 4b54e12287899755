"""TSPM: from the keys of the official checkpoint to those of avreg's model on stored features."""
from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor

from .state_dict import check_keys

_C = 512
_WEIGHTS = {
    'input_a': (_C, 128), 'input_v': (_C, 768), 'input_v_patch': (_C, 1024), 'input_qst': (_C, 768), 'input_qst_prompt': (_C, 768),
    'av_fusion_fc': (_C, 6 * _C), 'answer_pred_fc': (42, _C)
}
# What is made of equal parts: attentions with a feed-forward network around them.
_ATTENTION = {'in_proj_weight': (3 * _C, _C), 'in_proj_bias': (3 * _C, ), 'out_proj.weight': (_C, _C), 'out_proj.bias': (_C, )}
_GROUNDING = {'attn_qst_query': 'attention', 'qst_query_linear1': 'ffn.0', 'qst_query_linear2': 'ffn.3', 'qst_query_visual_norm': 'norm'}
# Official module -> ours, in a model of StreamProjection, TopKTPM, TokenMergeSPM, HybridAttention and QuestionGroundingHead.
_MODULES = {
    'input_a': 'necks.0.project.audio',
    'input_v': 'necks.0.project.visual',
    'input_qst_prompt': 'necks.1.project',
    'input_v_patch': 'necks.2.project',
    'SpatioPerception.TokensAttn': 'necks.2.tokens',
    'SpatioPerception': 'necks.2.sound',
    'AV_Attn.layers.0': 'necks.3.layer',
    'input_qst': 'heads.music_avqa.question',
    'QstTempGrd_Module': 'heads.music_avqa.grounding',
    'av_fusion_fc': 'heads.music_avqa.fusion',
    'answer_pred_fc': 'heads.music_avqa.classifier',
}
_HAN = {'self_attn': 'self_attention', 'cm_attn': 'cross_attention', 'linear1': 'ffn.0', 'linear2': 'ffn.3'}
# Computed by the published code and thrown away, or never called.
_UNUSED = ('TemporalPerception.attn_qst_query.out_proj.', 'TemporalPerception.qst_query_', 'AV_Attn.norm')


def official_shapes() -> dict[str, tuple[int, ...]]:
    """Every key of the official checkpoint, with its shape."""
    shapes = {}

    def add(name: str, *parts: Mapping[str, tuple[int, ...]]) -> None:
        for part in parts:
            shapes.update({f'{name}.{key}': shape for key, shape in part.items()})

    def linear(name: str, shape: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
        return {f'{name}.weight': shape, f'{name}.bias': shape[:1]}

    for name, shape in _WEIGHTS.items():
        shapes.update(linear(name, shape))
    layer = {**linear('linear1', (_C, _C)), **linear('linear2', (_C, _C)), **linear('norm1', (_C, )), **linear('norm2', (_C, ))}
    attention = {name: {f'{name}.{key}': shape for key, shape in _ATTENTION.items()} for name in ('self_attn', 'cm_attn', 'attn_qst_query')}
    add('AV_Attn.layers.0', attention['self_attn'], attention['cm_attn'], layer)
    add('AV_Attn', linear('norm1', (_C, )), linear('norm2', (_C, )))
    for module in ('TemporalPerception', 'SpatioPerception', 'QstTempGrd_Module'):
        add(module, attention['attn_qst_query'], linear('qst_query_linear1', (_C, _C)), linear('qst_query_linear2', (_C, _C)),
            linear('qst_query_visual_norm', (_C, )))
    add('SpatioPerception.TokensAttn', attention['self_attn'], layer)
    return shapes


def convert_tspm(official: Mapping[str, Tensor], source: str = 'the state dict') -> tuple[dict[str, Tensor], list[str]]:
    """An official state dict in the names of ``configs/tspm/tspm_clip_vit_l14_vggish_music_avqa.py``.

    Args:
        official: as the official file holds it; ``module.`` before the keys, of several GPUs, is dropped.
        source: what errors call ``official``: its file.

    Returns:
        the converted state dict; notes for the user: what was found, what was dropped.

    Raises:
        ValueError: a key missing, additional or of another shape.
    """
    official = {key.removeprefix('module.'): tensor for key, tensor in official.items()}
    check_keys(official, official_shapes(), source, 'TSPM')
    dropped = [key for key in official if key.startswith(_UNUSED)]
    state = {}
    for key, tensor in official.items():
        if key in dropped:
            continue
        if key.startswith('TemporalPerception.attn_qst_query.in_proj_'):
            kind = key.rpartition('_')[2]
            # The values lead to the output, which is thrown away.
            query, keys, _ = tensor.chunk(3)
            state[f'necks.1.query_project.{kind}'], state[f'necks.1.key_project.{kind}'] = query, keys
            continue
        state[_renamed(key)] = tensor
    notes = [f'{source} holds TSPM: {len(official)} keys',
             f'dropped what has no effect on an answer: {", ".join(dropped)}, and the values of TemporalPerception.attn_qst_query']
    return state, notes


def _renamed(key: str) -> str:
    """Our name of an official key."""
    module = max((name for name in _MODULES if key.startswith(f'{name}.')), key=len)
    rest = key[len(module) + 1:]
    names = _HAN if module == 'AV_Attn.layers.0' else _GROUNDING
    part = next((name for name in names if rest.startswith(f'{name}.')), None)
    return f'{_MODULES[module]}.{rest if part is None else names[part] + rest[len(part):]}'
