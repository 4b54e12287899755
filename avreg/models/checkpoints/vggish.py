"""VGGish: the keys of the official ``vggish-10086976.pth``, which ``VGGishEncoder``'s network has too."""
from __future__ import annotations

import os
from collections.abc import Mapping

from torch import Tensor

from .state_dict import check_keys, read_state_dict

# By layer: the shape of its weight; each has a bias.
_WEIGHTS = {
    'features.0': (64, 1, 3, 3),
    'features.3': (128, 64, 3, 3),
    'features.6': (256, 128, 3, 3),
    'features.8': (256, 256, 3, 3),
    'features.11': (512, 256, 3, 3),
    'features.13': (512, 512, 3, 3),
    'embeddings.0': (4096, 12288),
    'embeddings.2': (4096, 4096),
    'embeddings.4': (128, 4096),
}
VGGISH_SHAPES: dict[str, tuple[int, ...]] = {
    f'{layer}.{kind}': shape if kind == 'weight' else shape[:1] for layer, shape in _WEIGHTS.items() for kind in ('weight', 'bias')
}
# Whitening and quantisation of AudioSet's released features. No benchmark here uses it.
_POSTPROCESSING = ('pproc.pca_eigen_vectors', 'pproc.pca_means')


def convert_vggish(official: Mapping[str, Tensor], source: str = 'the state dict') -> tuple[dict[str, Tensor], list[str]]:
    """An official state dict, checked. Every key is used but those of the PCA postprocessing.

    Args:
        official: as the official file holds it.
        source: what errors call ``official``: its file.

    Returns:
        the state dict, whose names are ours already; notes for the user: what was found, what was dropped.

    Raises:
        ValueError: a key missing, additional or of another shape.
    """
    dropped = [key for key in official if key in _POSTPROCESSING]
    state = {key: tensor for key, tensor in official.items() if key not in dropped}
    check_keys(state, VGGISH_SHAPES, source, 'VGGish')
    notes = [f'{source} holds VGGish: {len(state)} keys']
    if dropped:
        notes.append(f'dropped the PCA postprocessing: {", ".join(dropped)}')
    return state, notes


def load_vggish(path: str | os.PathLike) -> tuple[dict[str, Tensor], list[str]]:
    """Weights from an official file, or from what ``tools/convert_checkpoint.py vggish`` made of it.

    Returns and raises the same as :func:`convert_vggish` and :func:`read_state_dict`.
    """
    return convert_vggish(read_state_dict(path), f'checkpoint {path}')
