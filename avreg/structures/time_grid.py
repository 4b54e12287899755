"""TimeGrid: which second of a video a segment stands for."""
from __future__ import annotations

from typing import NamedTuple


class TimeGrid(NamedTuple):
    """Segments are windows of ``window`` frames every ``stride`` frames of a video of ``fps`` frames a second; segment i stands for the
    middle of its window. Positions between segments, and small negative ones, are positions too.

    Args:
        fps: frames a second.
        window: frames.
        stride: frames.
    """

    fps: float
    window: float
    stride: float

    def of_seconds(self, seconds):
        """Positions in segments of times in seconds; a number, an array or a tensor."""
        return (seconds * self.fps - self.window / 2) / self.stride

    def to_seconds(self, position):
        """Times in seconds of positions in segments; the inverse of :meth:`of_seconds`."""
        return (position * self.stride + self.window / 2) / self.fps
