"""The pulse that a sounding object's sound and look have in common."""
from __future__ import annotations

import numpy as np


def pulse(times: np.ndarray, rhythm: float, phase: float, sustain: float) -> np.ndarray:
    """Strength of the pulse at ``times`` (seconds), in (0, 1]: a quick attack, then a decay to ``sustain``.

    Args:
        times: float[...] seconds from the start of the clip.
        rhythm: pulses a second.
        phase: part of a pulse, [0, 1), that has passed at time 0.
        sustain: level a pulse decays to, 0 to 1.
    """
    part = (times * rhythm + phase) % 1.0
    attack = np.minimum(part * (1 / (0.012 * rhythm)), 1.0)
    return sustain + attack * (1 - sustain) * np.exp(-4.0 * part)
