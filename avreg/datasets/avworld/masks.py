"""The truth of a picture, pixel by pixel: which object is where, and which of the pixels sound."""
from __future__ import annotations

import numpy as np

from avreg.datasets.avworld.kinds import SPECIES
from avreg.datasets.avworld.scene import Scene, flags
from avreg.datasets.avworld.shapes import BODY_WINDOW, outline, pose, tilted, window


def object_masks(scene: Scene, times: np.ndarray, size: int) -> np.ndarray:
    """The pixels that show each object: its body without the rings, less what an object in front of it hides.

    Args:
        scene: its actors are drawn in order, so a later one is in front.
        times: float[T], seconds.
        size: side of the frame in pixels; masks are as sharp at any size.

    Returns:
        bool[A, T, size, size], one for each of the A actors; all False for one that is off screen.
    """
    masks = np.zeros((len(scene.actors), len(times), size, size), bool)
    hidden = np.zeros((len(times), size, size), bool)
    for mask, actor in zip(masks[::-1], scene.actors[::-1]):
        if not actor.visible:
            continue
        at = pose(actor, times, scene.duration, size)
        corner, across, down = window(actor, at.centre, at.radius, BODY_WINDOW, size)
        inside = outline(actor, *tilted(actor, across, down)) < 1
        for frame, (x, y), body in zip(at.which, corner, inside):
            mask[frame, y:y + len(body), x:x + len(body)] = body
        mask &= ~hidden
        hidden |= mask
    return masks


def sounding_species(scene: Scene, times: np.ndarray, size: int) -> np.ndarray:
    """uint8[T, size, size]: 1 + kind * SPECIES + species of the object that a pixel shows, if it sounds in that second, else 0."""
    found = np.zeros((len(times), size, size), np.uint8)
    for mask, actor in zip(object_masks(scene, times, size), scene.actors):
        sounds = flags(actor.heard, scene.duration)[times.astype(np.int64)]
        found[mask & sounds[:, None, None]] = 1 + actor.kind * SPECIES + actor.species
    return found


def box_of(mask: np.ndarray) -> list[float]:
    """[x1, y1, x2, y2] around the True pixels of ``mask`` (bool[H, W]), as fractions of width and height."""
    (height, width), (rows, columns) = mask.shape, np.nonzero(mask)
    return [columns.min() / width, rows.min() / height, (columns.max() + 1) / width, (rows.max() + 1) / height]
