"""Where an object is in the picture and what its outline is: one geometry for what is drawn and for the true masks."""
from __future__ import annotations

import dataclasses

import numpy as np

from avreg.datasets.avworld.kinds import KINDS
from avreg.datasets.avworld.rhythm import pulse
from avreg.datasets.avworld.scene import Actor, during

# Side of a video frame in pixels.
SIZE = 112
# Sides of the squares around an object that are drawn, in pixels of such a frame: with its rings, and without.
GLOW_WINDOW, BODY_WINDOW = 68, 48
# Up to this radius (share of the frame) windows are that large; around a larger object they grow with it.
_WINDOW_RADIUS = 0.165


@dataclasses.dataclass(frozen=True)
class Pose:
    """An object at the F of some times at which it is in the picture.

    Args:
        which: int[F], which of the times these are.
        playing: float32[F], 1 where it looks as if it played, else 0.
        beat: float32[F], strength of its pulse.
        centre: float[F, 2], x and y in pixels.
        radius: float32[F], in pixels.
    """

    which: np.ndarray
    playing: np.ndarray
    beat: np.ndarray
    centre: np.ndarray
    radius: np.ndarray


def pose(actor: Actor, times: np.ndarray, duration: int, size: int) -> Pose:
    """Pose of ``actor`` at ``times`` (float[N], seconds below ``duration``) in a frame of ``size`` pixels a side."""
    there = np.flatnonzero(during(actor.present, times))
    playing = during(actor.shown, times)[there].astype(np.float32)
    times = times[there]
    beat = pulse(times, actor.rhythm, actor.phase, 0.3).astype(np.float32)
    centre = np.stack([actor.x + actor.drift[0] * times / duration, actor.y + actor.drift[1] * times / duration], 1) * size
    radius = (actor.radius * size * (0.84 + playing * (0.12 + 0.12 * beat))).astype(np.float32)
    return Pose(there, playing, beat, centre, radius)


def window(actor: Actor, centre: np.ndarray, radius: np.ndarray, side: int,
           size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A square around ``centre``, inside a frame of ``size`` pixels.

    Args:
        actor: the larger it is, the larger the square.
        centre: float[F, 2], in pixels.
        radius: float[F], in pixels.
        side: ``GLOW_WINDOW`` or ``BODY_WINDOW``.
        size: side of the frame.

    Returns:
        Its corner int[F, 2], and the distances of its S x S pixels from the centre in radii: float32[F, 1, S] to the right
        and float32[F, S, 1] downwards.
    """
    side = min(size, round(side * size / SIZE * max(1.0, actor.radius / _WINDOW_RADIUS)))
    corner = np.clip(np.round(centre - side / 2), 0, size - side).astype(np.int64)
    apart = (corner[:, :, None] + np.arange(side) - centre[:, :, None]).astype(np.float32) / radius[:, None, None]
    return corner, apart[:, 0, None, :], apart[:, 1, :, None]


def tilted(actor: Actor, across: np.ndarray, down: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(u, v): distances along the axes of ``actor``, which is tilted, from those along the axes of the frame."""
    cos, sin = np.float32(np.cos(actor.tilt)), np.float32(np.sin(actor.tilt))
    return cos * across + sin * down, cos * down - sin * across


def outline(actor: Actor, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Below 1 inside the body of ``actor``, above 1 outside; ``u`` to the right, ``v`` downwards, in radii."""
    return _OUTLINES[KINDS[actor.kind].look.shape](u, v)


_OUTLINES = {
    'disc': lambda u, v: np.sqrt(u * u + v * v),
    'square': lambda u, v: np.maximum(np.abs(u), np.abs(v)) / 0.86,
    'cone': lambda u, v: np.maximum(v / 0.72, np.abs(u) * 1.25 - v * 0.62 + 0.28),
    'cross': lambda u, v: np.minimum(np.maximum(np.abs(u), np.abs(v) * 2.6), np.maximum(np.abs(v), np.abs(u) * 2.6)),
    'lobes': lambda u, v: np.minimum(np.sqrt(u**2 + (v + 0.48)**2) / 0.50, np.sqrt(u**2 + (v - 0.42)**2) / 0.64),
}
