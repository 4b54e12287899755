"""CLIP: the published variants, and one of its two towers from a download in the Hugging Face format, or from a converted file."""
from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from torch import Tensor

from avreg.errors import did_you_mean

from .state_dict import check_keys, read_shapes, read_state_dict

if TYPE_CHECKING:
    from transformers import CLIPConfig


class CLIPSizes(NamedTuple):
    """What differs between the published variants. Heads are 64 wide, hidden layers four times as wide as their tower."""

    patch_size: int
    image_size: int = 224
    visual_width: int = 768
    visual_layers: int = 12
    # Also the width of what both towers are projected to.
    text_width: int = 512


CLIP_SIZES = {
    'ViT-B/32': CLIPSizes(32),
    'ViT-B/16': CLIPSizes(16),
    'ViT-L/14': CLIPSizes(14, 224, 1024, 24, 768),
    'ViT-L/14@336': CLIPSizes(14, 336, 1024, 24, 768),
}

# The weights first that are read without unpickling.
_WEIGHTS = ('model.safetensors', 'pytorch_model.bin')
_TOWERS = {'visual': ('vision_model.', 'visual_projection.'), 'text': ('text_model.', 'text_projection.')}
# Counting positions from 0; older downloads store them.
POSITION_IDS = ('vision_model.embeddings.position_ids', 'text_model.embeddings.position_ids')


def clip_config(variant: str | None, folder: str | os.PathLike | None = None) -> CLIPConfig:
    """The configuration of both towers.

    Args:
        variant: a name of ``CLIP_SIZES``; with a ``folder`` also None.
        folder: a download, whose ``config.json`` decides, or the ``.safetensors`` file that ``tools/convert_checkpoint.py clip`` made,
            whose shapes do; its sizes must be those of ``variant``, where one is given.

    Raises:
        ValueError: unknown variant, neither variant nor folder, a ``config.json`` or file that is not one of CLIP, or of another variant.
        FileNotFoundError: no such folder or file, or no ``config.json`` in it.
    """
    if variant is not None and variant not in CLIP_SIZES:
        raise ValueError(f'CLIP has no variant={variant!r}{did_you_mean(variant, CLIP_SIZES)}')
    if folder is None:
        if variant is None:
            raise ValueError(f'variant=None takes the sizes from a checkpoint, and none is given; valid: {", ".join(CLIP_SIZES)}')
        return _published(variant)
    if Path(folder).suffix == '.safetensors':
        found = clip_variant(read_shapes(folder), f'checkpoint {folder}')
        if variant not in (None, found):
            raise ValueError(f'checkpoint {folder} is of variant {found!r}, not {variant!r}: set variant={found!r}, or give the file of '
                             f'{variant}')
        return _published(found)
    config = _read_config(Path(folder))
    if variant is None:
        return config
    differences = _differences(config, _published(variant))
    if differences:
        others = [name for name in CLIP_SIZES if not _differences(config, _published(name))]
        cure = (f"is of variant {others[0]!r}, not {variant!r}: set variant={others[0]!r}, or give the folder of {variant}" if others else
                f'is not of variant {variant!r} ({"; ".join(differences[:3])}), nor of another one that was published: set variant=None '
                'to take its own sizes')
        raise ValueError(f'checkpoint {folder} {cure}')
    return config


def load_clip(folder: str | os.PathLike, tower: str, shapes: Mapping[str, tuple[int, ...]]) -> tuple[dict[str, Tensor], list[str]]:
    """Weights of one tower and its projection.

    Args:
        folder: a download: ``config.json`` and ``model.safetensors``, or an older one with ``pytorch_model.bin``; or the
            ``.safetensors`` file of a converted checkpoint.
        tower: 'visual' or 'text'.
        shapes: what its network needs. Every key must be there; the other tower and the temperature are dropped.

    Returns:
        the state dict; notes for the user: what was found, what was dropped.

    Raises:
        FileNotFoundError: no weights in the folder.
        ValueError: they are damaged, or a key is missing, additional or of another shape.
    """
    path = Path(folder) if Path(folder).suffix == '.safetensors' else clip_weights(folder)
    other, = set(_TOWERS) - {tower}
    state = read_state_dict(path)
    of_other = [key for key in state if key.startswith(_TOWERS[other])]
    dropped = [key for key in state if key == 'logit_scale' or key in POSITION_IDS and key not in of_other]
    state = {key: tensor for key, tensor in state.items() if key not in {*of_other, *dropped}}
    check_keys(state, shapes, f'checkpoint {path}', f"CLIP's {tower} tower")
    notes = [f"checkpoint {path} holds CLIP's {tower} tower: {len(state)} keys"]
    if of_other:
        notes.append(f'dropped the {other} tower: {len(of_other)} keys')
    if dropped:
        notes.append(f'dropped {", ".join(dropped)}')
    return state, notes


def clip_weights(folder: str | os.PathLike) -> Path:
    """The file with the weights of a download.

    Raises:
        FileNotFoundError: there is none.
    """
    folder = Path(folder)
    path = next((folder / name for name in _WEIGHTS if (folder / name).is_file()), None)
    if path is None:
        raise FileNotFoundError(f'checkpoint {folder} has no weights: neither {" nor ".join(_WEIGHTS)}; it holds {_content(folder)}')
    return path


def published_weights(folder: str | os.PathLike) -> Path:
    """The file with the weights of a download, whose ``config.json`` must be that of a published variant: the shapes alone do not tell
    other activations and numbers of heads.

    Raises:
        ValueError: other sizes.
        FileNotFoundError: a file is missing.
    """
    config = _read_config(Path(folder))
    differences = {name: _differences(config, _published(name)) for name in CLIP_SIZES}
    if all(differences.values()):
        nearest = min(differences, key=lambda name: len(differences[name]))
        raise ValueError(f'checkpoint {folder} is of no published variant ({", ".join(CLIP_SIZES)}); of {nearest} it differs in '
                         f'{"; ".join(differences[nearest][:3])}. Give the folder itself as `checkpoint`, with variant=None')
    return clip_weights(folder)


def clip_variant(shapes: Mapping[str, tuple[int, ...]], source: str) -> str:
    """The variant that keys in the names of transformers have the shapes of.

    Raises:
        ValueError: of none; names ``source``.
    """
    width, _, patch, _ = shapes.get('vision_model.embeddings.patch_embedding.weight', (0, 0, 0, 0))
    places = shapes.get('vision_model.embeddings.position_embedding.weight', (1, 0))[0] - 1
    layers = sum(key.startswith('vision_model.encoder.layers.') and key.endswith('.layer_norm1.weight') for key in shapes)
    text_width = shapes.get('text_model.embeddings.token_embedding.weight', (0, 0))[1]
    found = CLIPSizes(patch, patch * math.isqrt(max(places, 0)), width, layers, text_width)
    for variant, sizes in CLIP_SIZES.items():
        if sizes == found:
            return variant
    example = ', '.join(map(repr, list(shapes)[:3]))
    raise ValueError(f'{source} is not a CLIP of a published size ({", ".join(CLIP_SIZES)}): '
                     + (f'it has {", ".join(f"{name} {value}" for name, value in found._asdict().items())}' if width else
                        f'its {len(shapes)} keys begin with {example or "nothing"}'))


def _published(variant: str) -> CLIPConfig:
    """The configuration of a published variant."""
    # Here, for it takes seconds that nobody should wait for who does not use this encoder.
    from transformers import CLIPConfig
    sizes = CLIP_SIZES[variant]

    def tower(width: int, layers: int, **others: int) -> dict:
        return dict(hidden_size=width, intermediate_size=4 * width, num_hidden_layers=layers, num_attention_heads=width // 64,
                    projection_dim=sizes.text_width, **others)

    vision = tower(sizes.visual_width, sizes.visual_layers, image_size=sizes.image_size, patch_size=sizes.patch_size)
    return CLIPConfig(vision_config=vision, text_config=tower(sizes.text_width, 12), projection_dim=sizes.text_width)


def _read_config(folder: Path) -> CLIPConfig:
    """``config.json`` of a download. For the errors see :func:`clip_config`."""
    from transformers import CLIPConfig
    if not folder.is_dir():
        kind = 'is a file, not' if folder.exists() else 'does not exist; nothing is downloaded here, give'
        raise FileNotFoundError(f'checkpoint {folder} {kind} the folder of a download in the Hugging Face format (config.json and '
                                f'{_WEIGHTS[0]}), or the .safetensors file that tools/convert_checkpoint.py clip makes')
    path = folder / 'config.json'
    if not path.is_file():
        raise FileNotFoundError(f'checkpoint {folder} has no config.json; it holds {_content(folder)}')
    try:
        content = json.loads(path.read_text(encoding='utf-8'))
    except ValueError as error:
        raise ValueError(f'{path} is not JSON (a web page instead of a download?): {error}') from error
    found = content.get('model_type') if isinstance(content, dict) else None
    if found != 'clip':
        raise ValueError(f"{path} is not of CLIP: its model_type is {found!r}, not 'clip'")
    config = CLIPConfig.from_dict(content)
    # CLIP itself goes by the common entry, a tower alone by its own.
    config.vision_config.projection_dim = config.text_config.projection_dim = config.projection_dim
    return config


def _differences(config: CLIPConfig, published: CLIPConfig) -> list[str]:
    """Every size that ``config`` has otherwise than ``published``, as a user reads it."""
    found = []
    for tower, names in (('vision_config', ('patch_size', 'image_size')), ('text_config', ('vocab_size', 'max_position_embeddings'))):
        ours, theirs = getattr(config, tower), getattr(published, tower)
        for name in ('hidden_size', 'intermediate_size', 'num_hidden_layers', 'num_attention_heads', 'projection_dim', 'hidden_act',
                     *names):
            if getattr(ours, name) != getattr(theirs, name):
                found.append(f'{tower}.{name} is {getattr(ours, name)}, not {getattr(theirs, name)}')
    return found


def _content(folder: Path) -> str:
    """The names in a folder."""
    return ', '.join(sorted(p.name for p in folder.iterdir())[:20]) or 'nothing'
