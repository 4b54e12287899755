"""LoadFeatures: features of pretrained encoders, as the authors stored them."""
from __future__ import annotations

import functools

import numpy as np
from mmcv.transforms import BaseTransform

from avreg.errors import ConfigError
from avreg.registry import TRANSFORMS

from ..bad_media import BadMedia

# Dimensions of each kind: [T, D] of a clip, [T, M, D] its tokens, [D] a sentence.
_NDIM = {'audio': 2, 'visual': 2, 'patches': 3, 'text': 1, 'prompt': 1}
# Whole numbers above it are no VGGish features, which seldom reach 4, but their quantised form.
_EIGHT_BIT = 16
# What reading a truncated, overwritten or foreign file can raise.
_DAMAGED = (ValueError, EOFError, OSError)


@TRANSFORMS.register_module()
class LoadFeatures(BaseTransform):
    """Reads ``feature_paths`` (a ``.npy`` file by kind; see the argument ``features`` of AVDataset) instead of media. Several files of a
    kind, as the two streams of I3D, are put side by side.

    Adds ``features``, float32 by kind: ``audio`` and ``visual`` [T, D], ``patches`` [T, M, D], ``text`` and ``prompt`` [D] (files of
    one sentence may also hold [1, D]). At most ``num_segments`` segments are kept; files that differ in length are cut to the
    shortest.

    Args:
        whole: keep all steps, of features whose steps are not the segments of the clip.

    Raises:
        BadMedia: a file is missing, damaged, or of another shape, or holds numbers that are not finite.
        ConfigError: sound features in whole numbers of 0 to 255: AudioSet's own release of VGGish, which no benchmark here uses.
    """

    def __init__(self, whole: bool = False):
        self.whole = whole
        # Questions about one clip come in a row: its files are read once. More are never kept than a clip has.
        self._read = functools.lru_cache(maxsize=len(_NDIM))(_read)

    def transform(self, results: dict) -> dict:
        """See the class."""
        files = {kind: [self._read(path, kind) for path in ([paths] if isinstance(paths, str) else paths)]
                 for kind, paths in results['feature_paths'].items()}
        timed = [kind for kind in files if _NDIM[kind] > 1]
        lengths = [len(array) for kind in timed for array in files[kind]]
        length = min(lengths if self.whole else [results['num_segments'], *lengths])
        files |= {kind: [array[:length] for array in files[kind]] for kind in timed}
        results['features'] = {kind: arrays[0] if len(arrays) == 1 else np.concatenate(arrays, -1) for kind, arrays in files.items()}
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}(whole={self.whole})'

    def __reduce__(self) -> tuple:
        # What was read stays in this process.
        return type(self), (self.whole, )


def _read(path: str, kind: str) -> np.ndarray:
    """The array of a file. For the errors see :class:`LoadFeatures`."""
    ndim = _NDIM[kind]
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
    if kind == 'audio' and array.max() > _EIGHT_BIT and (array == np.rint(array)).all():
        raise ConfigError(f"{path}: whole numbers up to {array.max():.0f}: whitened and quantised features, as of AudioSet's own "
                          'release of VGGish. No benchmark here uses them; extract them anew with tools/extract_features.py')
    return array
