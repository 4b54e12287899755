"""LoadFeatures: features of pretrained encoders, as the authors stored them."""
from __future__ import annotations

import functools

import numpy as np
from mmcv.transforms import BaseTransform

from avreg.registry import TRANSFORMS

from ..bad_media import BadMedia

# Dimensions of each kind: [T, D] of a clip, [T, M, D] its tokens, [D] a sentence.
_NDIM = {'audio': 2, 'visual': 2, 'patches': 3, 'text': 1, 'prompt': 1}
# What reading a truncated, overwritten or foreign file can raise.
_DAMAGED = (ValueError, EOFError, OSError)


@TRANSFORMS.register_module()
class LoadFeatures(BaseTransform):
    """Reads ``feature_paths`` (a ``.npy`` file by kind; see the argument ``features`` of AVDataset) instead of media.

    Adds ``features``, float32 by kind: ``audio`` and ``visual`` [T, D], ``patches`` [T, M, D], ``text`` and ``prompt`` [D] (files of
    one sentence may also hold [1, D]). At most ``num_segments`` segments are kept; kinds that differ in length are cut to the
    shortest.

    Raises:
        BadMedia: a file is missing, damaged, or of another shape, or holds numbers that are not finite.
    """

    def __init__(self):
        # Questions about one clip come in a row: its files are read once. More are never kept than a clip has.
        self._read = functools.lru_cache(maxsize=len(_NDIM))(_read)

    def transform(self, results: dict) -> dict:
        """See the class."""
        features = {kind: self._read(path, _NDIM[kind]) for kind, path in results['feature_paths'].items()}
        timed = [kind for kind in features if _NDIM[kind] > 1]
        length = min([results['num_segments'], *(len(features[kind]) for kind in timed)])
        results['features'] = {kind: array[:length] if kind in timed else array for kind, array in features.items()}
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}()'

    def __reduce__(self) -> tuple:
        # What was read stays in this process.
        return type(self), ()


def _read(path: str, ndim: int) -> np.ndarray:
    """The array of a file. For the errors see :class:`LoadFeatures`."""
    try:
        array = np.load(path, allow_pickle=False)
    except FileNotFoundError as problem:
        raise BadMedia(f'{path}: there is no such file') from problem
    except _DAMAGED as problem:
        raise BadMedia(f'{path}: not a whole .npy file of numbers ({problem})') from problem
    if not isinstance(array, np.ndarray) or array.dtype.kind not in 'fiu':
        raise BadMedia(f'{path}: not a .npy file of numbers')
    if ndim == 1 and array.ndim == 2 and len(array) == 1:
        array = array[0]
    if array.ndim != ndim or not array.size:
        wanted = {1: '(D,) or (1, D)', 2: '(T, D)', 3: '(T, M, D)'}[ndim]
        raise BadMedia(f'{path}: shape {array.shape}, expected {wanted}')
    array = np.ascontiguousarray(array, dtype=np.float32)
    if not np.isfinite(array).all():
        raise BadMedia(f'{path}: holds numbers that are not finite')
    return array
