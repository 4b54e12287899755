"""FeatureSampling: which moments of a clip become the rows of its feature file."""
from __future__ import annotations

import dataclasses

import numpy as np

from .transforms.log_mel import EXAMPLE, HOP, SAMPLE_RATE, WINDOW

# Samples of a log-mel example.
_EXAMPLE_SAMPLES = (EXAMPLE - 1) * HOP + WINDOW


@dataclasses.dataclass(frozen=True)
class FeatureSampling:
    """When the rows of a feature file are taken.

    Args:
        hop: 'second': row i is the first 0.96 s of sound of second i, and the frame on screen in its middle. A number of seconds: row i is
            the 0.96 s from ``i * hop`` on, and the frame in the middle of them; windows that are not full are dropped.
        segments: at most so many rows; None: as many as the clip has.
        exact: a shorter clip gets ``segments`` rows too: its last frame stays, and its sound is followed by silence.
    """

    hop: str | float = 'second'
    segments: int | None = None
    exact: bool = False

    @property
    def step(self) -> float:
        """Seconds between rows."""
        return 1.0 if self.hop == 'second' else self.hop

    def count(self, seconds: float) -> int:
        """Rows of a clip of so many seconds."""
        if self.exact:
            return self.segments
        if self.hop == 'second':
            found = max(1, round(seconds))
        else:
            # A clip's length is no exact multiple of anything: a hundredth of a second is forgiven.
            found = max(1, 1 + int((seconds + 0.01 - _EXAMPLE_SAMPLES / SAMPLE_RATE) / self.hop))
        return found if self.segments is None else min(found, self.segments)

    def frame_times(self, count: int) -> np.ndarray:
        """Seconds of the frames, float64[count]."""
        middle = 0.5 if self.hop == 'second' else EXAMPLE * HOP / SAMPLE_RATE / 2
        return np.arange(count) * self.step + middle

    def samples(self, begin: int, end: int) -> tuple[int, int]:
        """The samples (at 16 kHz) that LogMel makes rows ``begin`` to ``end`` of: the first, and the one behind the last."""
        step = round(self.step * SAMPLE_RATE)
        return begin * step, end * step if self.hop == 'second' else (end - 1) * step + _EXAMPLE_SAMPLES

    def describe(self) -> dict:
        """For the passport."""
        return dict(hop=self.hop, step=self.step, window=EXAMPLE * HOP / SAMPLE_RATE, segments=self.segments, exact=self.exact)
