"""Light augmentations that change no label: loudness, masked stripes, brightness and contrast."""
from __future__ import annotations

import numpy as np
from mmcv.transforms import BaseTransform

from avreg.registry import TRANSFORMS

from .log_mel import OFFSET


@TRANSFORMS.register_module()
class AudioGain(BaseTransform):
    """Makes the whole clip louder or softer: on ``log_mel`` exactly what a factor on the waveform would do.

    Args:
        decibel: largest change in either direction.
    """

    def __init__(self, decibel: float = 6.0):
        self.decibel = decibel

    def transform(self, results: dict) -> dict:
        """See the class."""
        factor = 10 ** (results['rng'].uniform(-self.decibel, self.decibel) / 20)
        magnitude = np.maximum(np.exp(results['log_mel']) - OFFSET, 0)
        results['log_mel'] = np.log(magnitude * factor + OFFSET).astype(np.float32)
        return results


@TRANSFORMS.register_module()
class SpecMask(BaseTransform):
    """Silences a stripe of mel bands of ``log_mel`` in the whole clip (SpecAugment's frequency mask).

    Args:
        bands: widest stripe.
    """

    def __init__(self, bands: int = 8):
        self.bands = bands

    def transform(self, results: dict) -> dict:
        """See the class."""
        log_mel = results['log_mel'].copy()
        width = int(results['rng'].integers(self.bands + 1))
        start = int(results['rng'].integers(log_mel.shape[-1] - width + 1))
        log_mel[..., start:start + width] = np.log(OFFSET)
        results['log_mel'] = log_mel
        return results


@TRANSFORMS.register_module()
class FrameJitter(BaseTransform):
    """Changes brightness and contrast of ``frames``, alike in the whole clip.

    Args:
        brightness: largest shift, as a share of the range.
        contrast: largest change of the factor 1.
    """

    def __init__(self, brightness: float = 0.1, contrast: float = 0.1):
        self.brightness, self.contrast = brightness, contrast

    def transform(self, results: dict) -> dict:
        """See the class."""
        shift = results['rng'].uniform(-self.brightness, self.brightness) * 255
        factor = 1 + results['rng'].uniform(-self.contrast, self.contrast)
        table = np.clip((np.arange(256) - 128) * factor + 128 + shift, 0, 255).round().astype(np.uint8)
        results['frames'] = table[results['frames']]
        return results
