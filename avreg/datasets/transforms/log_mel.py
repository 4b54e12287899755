"""LogMel: VGGish's log-mel examples, exactly."""
from __future__ import annotations

import functools

import numpy as np
import torch
from mmcv.transforms import BaseTransform
from torch import Tensor

from avreg.errors import ConfigError
from avreg.registry import TRANSFORMS

SAMPLE_RATE = 16000
WINDOW, HOP, FFT = 400, 160, 512
BANDS, LOW, HIGH = 64, 125.0, 7500.0
EXAMPLE = 96
OFFSET = 0.01


@functools.lru_cache(maxsize=1)
def mel_matrix() -> Tensor:
    """Triangles of height 1, linear in mel = 1127 ln(1 + f / 700), 125 to 7500 Hz. float64[257, 64]."""
    def mel(hertz):
        return 1127.0 * np.log(1.0 + np.asarray(hertz) / 700.0)
    edges = np.linspace(mel(LOW), mel(HIGH), BANDS + 2)
    bins = mel(np.linspace(0, SAMPLE_RATE / 2, FFT // 2 + 1))[:, None]
    rising = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    return torch.from_numpy(np.maximum(0, np.minimum(rising, falling)))


def log_mel_frames(waveform: Tensor) -> Tensor:
    """Log-mel of 25 ms windows every 10 ms.

    Args:
        waveform: [..., samples], 16 kHz, in [-1, 1].

    Returns:
        float64[..., 1 + (samples - 400) // 160, 64]. In float32 it would be off by 4e-4 near silence.
    """
    window = torch.hann_window(WINDOW, periodic=True, dtype=torch.float64)
    frames = waveform.double().unfold(-1, WINDOW, HOP) * window
    # Zeros around the window turn the phase only, so rfft may put all of them behind it.
    magnitude = torch.fft.rfft(frames, FFT).abs()
    return torch.log(magnitude @ mel_matrix() + OFFSET)


@TRANSFORMS.register_module()
class LogMel(BaseTransform):
    """Examples of 0.96 s for VGGish and the embedded audio encoder.

    Reads ``waveform`` float32[samples] at 16 kHz; adds ``log_mel`` float32[N, 1, 96, 64].

    Args:
        hop: 'second' cuts the waveform into seconds and takes the first 0.96 s of each, N = whole seconds; a number is
            the distance of examples in seconds, N = 1 + (frames - 96) // (100 * hop).

    Raises:
        ConfigError: a hop that is not a positive multiple of 0.01 s.
    """

    def __init__(self, hop: str | float = 'second'):
        if hop != 'second' and (isinstance(hop, str) or hop <= 0 or abs(hop * 100 - round(hop * 100)) > 1e-6):
            raise ConfigError(f"LogMel(hop={hop!r}): 'second', or a positive multiple of 0.01 in seconds")
        self.hop = hop

    def transform(self, results: dict) -> dict:
        """See the class."""
        results['log_mel'] = self.examples(torch.from_numpy(results['waveform'])).numpy()
        return results

    def examples(self, waveform: Tensor) -> Tensor:
        """waveform: float[samples]. Gives float32[N, 1, 96, 64]."""
        if self.hop == 'second':
            seconds = waveform[:len(waveform) // SAMPLE_RATE * SAMPLE_RATE].view(-1, SAMPLE_RATE)
            examples = log_mel_frames(seconds[:, :(EXAMPLE - 1) * HOP + WINDOW])
        else:
            examples = log_mel_frames(waveform).unfold(0, EXAMPLE, round(self.hop * 100)).transpose(1, 2)
        return examples.unsqueeze(1).float().contiguous()

    def __repr__(self) -> str:
        return f'{type(self).__name__}(hop={self.hop!r})'
