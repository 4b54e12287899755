"""LoadFeatures: features of pretrained encoders, as the authors stored them."""
from __future__ import annotations

import functools
import os

import numpy as np
from mmcv.transforms import BaseTransform

from avreg.errors import ConfigError
from avreg.registry import TRANSFORMS

from ..bad_media import BadMedia
from ..hdf5_features import HDF5Row, read_hdf5_row

# Dimensions of each kind: [T, D] of a clip, [T, M, D] its tokens, [D] a sentence.
_NDIM = {'audio': 2, 'visual': 2, 'patches': 3, 'text': 1, 'prompt': 1}
# Whole numbers above it are no VGGish features, which seldom reach 4, but their quantised form.
_EIGHT_BIT = 16
# What reading a truncated, overwritten or foreign file can raise.
_DAMAGED = (ValueError, EOFError, OSError)


@TRANSFORMS.register_module()
class LoadFeatures(BaseTransform):
    """Reads ``feature_paths`` (a ``.npy`` file by kind; see the argument ``features`` of AVDataset) instead of media. Several files of a
    kind, as the two streams of I3D, are put side by side. Instead of a file it may be the row of an HDF5 file (HDF5Row).

    Adds ``features``, float32 by kind: ``audio`` and ``visual`` [T, D], ``patches`` [T, M, D], ``text`` and ``prompt`` [D] (files of
    one sentence may also hold [1, D]). At most ``num_segments`` segments are kept; files that differ in length are cut to the
    shortest.

    Rows of the official HDF5 files also come in other shapes: a map [T, H, W, D] gives H W ``patches``; of ``visual``, a map or the
    frames [T, M, D] of a step are averaged; one ``audio`` vector [D] of a whole clip stands at each segment.

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
        files = {kind: [self._read(path, kind) for path in (paths if isinstance(paths, (list, tuple)) else [paths])]
                 for kind, paths in results['feature_paths'].items()}
        timed = [kind for kind in files if _NDIM[kind] > 1]
        lengths = [len(array) for kind in timed for array in files[kind] if array.ndim > 1]
        length = min(lengths if self.whole and lengths else [results['num_segments'], *lengths])
        files |= {kind: [array[:length] if array.ndim > 1 else np.tile(array, (length, 1)) for array in files[kind]] for kind in timed}
        results['features'] = {kind: arrays[0] if len(arrays) == 1 else np.concatenate(arrays, -1) for kind, arrays in files.items()}
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}(whole={self.whole})'

    def __reduce__(self) -> tuple:
        # What was read stays in this process.
        return type(self), (self.whole, )


def read_npy(path: str | os.PathLike) -> np.ndarray:
    """The array of a ``.npy`` file.

    Raises:
        BadMedia: it is missing or damaged, or holds no numbers.
    """
    try:
        array = np.load(path, allow_pickle=False)
    except FileNotFoundError as problem:
        raise BadMedia(f'{path}: there is no such file') from problem
    except _DAMAGED as problem:
        raise BadMedia(f'{path}: not a whole .npy file of numbers ({problem})') from problem
    if not isinstance(array, np.ndarray) or array.dtype.kind not in 'fiu':
        raise BadMedia(f'{path}: not a .npy file of numbers')
    return array


def _read(path: str | HDF5Row, kind: str) -> np.ndarray:
    """The array of a file, of a whole clip's sound float32[D]. For the errors see :class:`LoadFeatures`."""
    ndim, whole_clip = _NDIM[kind], False
    if isinstance(path, HDF5Row):
        array = _from_row(read_hdf5_row(path), kind)
        whole_clip = kind == 'audio' and array.ndim == 1
    else:
        array = read_npy(path)
        if ndim == 1 and array.ndim == 2 and len(array) == 1:
            array = array[0]
    if not (array.ndim == ndim or whole_clip) or not array.size:
        wanted = {1: '(D,) or (1, D)', 2: '(T, D)', 3: '(T, M, D)'}[ndim]
        raise BadMedia(f'{path}: shape {array.shape}, expected {wanted}')
    array = np.ascontiguousarray(array, dtype=np.float32)
    if not np.isfinite(array).all():
        raise BadMedia(f'{path}: holds numbers that are not finite')
    if kind == 'audio' and array.max() > _EIGHT_BIT and (array == np.rint(array)).all():
        raise ConfigError(f"{path}: whole numbers up to {array.max():.0f}: whitened and quantised features, as of AudioSet's own "
                          'release of VGGish. No benchmark here uses them; extract them anew with tools/extract_features.py')
    return array


def _from_row(array: np.ndarray, kind: str) -> np.ndarray:
    """The row of an official HDF5 file in the shape of its kind, where it has another one."""
    if kind == 'patches' and array.ndim == 4:
        return array.reshape(len(array), -1, array.shape[-1])
    if kind == 'visual' and array.ndim in (3, 4) and array.size:
        return array.mean(axis=tuple(range(1, array.ndim - 1)), dtype=np.float64)
    return array
