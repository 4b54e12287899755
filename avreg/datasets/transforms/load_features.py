"""LoadFeatures: what published encoders made of a video, from the official files."""
from __future__ import annotations

import numpy as np
from mmcv.transforms import BaseTransform

from avreg.registry import TRANSFORMS

from ..bad_media import BadMedia


@TRANSFORMS.register_module()
class LoadFeatures(BaseTransform):
    """Reads ``visual_feature_paths`` (several are put side by side, as the two streams of I3D) and ``audio_feature_path``, .npy files of
    float[T, C] each. Adds ``visual_features`` float32[T, Dv] and ``audio_features`` float32[T, Da], both cut to the shortest file.

    Raises:
        BadMedia: a file is missing, damaged, empty, or holds no matrix of finite numbers.
    """

    def transform(self, results: dict) -> dict:
        """See the class."""
        visual = [_read(path) for path in results['visual_feature_paths']]
        audio = _read(results['audio_feature_path'])
        length = min(len(x) for x in (*visual, audio))
        results['visual_features'] = np.concatenate([x[:length] for x in visual], 1)
        results['audio_features'] = audio[:length]
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}()'


def _read(path: str) -> np.ndarray:
    """float32[T, C]."""
    try:
        features = np.load(path, allow_pickle=False)
    except FileNotFoundError as problem:
        raise BadMedia(f'{path}: there is no such file') from problem
    except (ValueError, EOFError, OSError) as problem:
        raise BadMedia(f'{path}: not a whole .npy file of numbers ({problem})') from problem
    if not isinstance(features, np.ndarray) or features.ndim != 2 or not features.size or features.dtype.kind not in 'fiu':
        shape = getattr(features, 'shape', type(features).__name__)
        raise BadMedia(f'{path}: features are a matrix of numbers, one row a segment, but this is {shape}')
    if not np.isfinite(features).all():
        raise BadMedia(f'{path}: the features hold NaN or infinity')
    return features.astype(np.float32)
