"""A scene's picture: a room or a landscape, and the objects in it, drawn for all frames at once and at any size."""
from __future__ import annotations

import numpy as np

from avreg.datasets.avworld.kinds import KINDS, species_hue
from avreg.datasets.avworld.scene import Actor, Scene
from avreg.datasets.avworld.shapes import BODY_WINDOW, GLOW_WINDOW, SIZE, outline, pose, tilted, window

FPS = 2
_RING_COLOUR = np.float32([1.0, 1.0, 0.86])


def render_frames(scene: Scene, times: np.ndarray | None = None, size: int = SIZE) -> np.ndarray:
    """uint8[T, size, size, 3], RGB: the picture at ``times`` (float[T], seconds).

    Without ``times``, frame i of ``duration * FPS`` shows the time i / FPS.
    """
    rng = np.random.default_rng((scene.seed, 0))
    if times is None:
        times = np.arange(scene.duration * FPS) / FPS
    frames = np.repeat(_background(rng, scene.indoor, size)[None], len(times), 0)
    for actor in scene.actors:
        if actor.visible:
            _draw(frames, actor, times, scene.duration)
    if scene.grain:
        # One grain tile, shifted at random each frame: as good as fresh noise, and a tenth of the time.
        tile = rng.normal(0, scene.grain / 255, (size, size, 1)).astype(np.float32)
        rows = (np.arange(size) + rng.integers(size, size=(len(times), 1))) % size
        columns = (np.arange(size) + rng.integers(size, size=(len(times), 1))) % size
        frames += tile[rows[:, :, None], columns[:, None, :]]
    np.clip(frames, 0, 1, out=frames)
    frames *= 255
    return frames.astype(np.uint8)


def _draw(frames: np.ndarray, actor: Actor, times: np.ndarray, duration: int) -> None:
    """Blend ``actor`` into ``frames`` (float[T, size, size, 3])."""
    size = frames.shape[1]
    at = pose(actor, times, duration, size)
    lit = np.flatnonzero(at.playing)
    corner, across, down = window(actor, at.centre[lit], at.radius[lit], GLOW_WINDOW, size)
    # A louder sound sends out brighter rings.
    loud = np.float32(0.3 + 0.7 * np.clip((actor.level + 21) / 11, 0, 1))
    glow = _rings(np.sqrt(across * across + down * down), actor.rhythm) * (loud * (0.6 + 0.4 * at.beat[lit]))[:, None, None]
    _blend(frames, at.which[lit], corner, np.broadcast_to(_RING_COLOUR, (len(lit), 1, 1, 3)), glow)

    corner, across, down = window(actor, at.centre, at.radius, BODY_WINDOW, size)
    u, v = tilted(actor, across, down)
    look = KINDS[actor.kind].look
    body = np.clip((1 - outline(actor, u, v)) * at.radius[:, None, None] + np.float32(0.5), 0, 1)
    hue = look.hue + species_hue(actor.species) + actor.tint[0] + 0.04 * look.detail * actor.detail
    bright = 0.62 + 0.33 * at.playing + actor.tint[1] * (1 - 0.5 * at.playing)
    colour = _rgb(hue, 0.62 + 0.26 * at.playing, bright)[:, None, None, :]
    _blend(frames, at.which, corner, colour, body)
    if actor.detail:
        pattern, ink = (_bars(v), 0.05) if look.detail < 0 else (_core(np.sqrt(u * u + v * v)), 1.0)
        ink = np.broadcast_to((ink * bright).astype(np.float32)[:, None, None, None], (len(at.which), 1, 1, 3))
        _blend(frames, at.which, corner, ink, np.float32(0.85 * actor.detail) * pattern * body)


def _blend(frames: np.ndarray, which: np.ndarray, corner: np.ndarray, colour: np.ndarray, weight: np.ndarray) -> None:
    """Move the squares at ``corner`` of the frames ``which`` towards ``colour`` (float[F, 1, 1, 3]) by ``weight`` (F, W, W)."""
    side = weight.shape[1]
    # Slices in a loop: indexing all squares at once copies them three times and takes four times as long.
    for frame, (x, y), paint, share in zip(which, corner, colour, weight[..., None]):
        square = frames[frame, y:y + side, x:x + side]
        square += (paint - square) * share


def _rings(distance: np.ndarray, rhythm: float) -> np.ndarray:
    """Waves around a playing object: one broad ring for a slow rhythm, two or three narrow ones for faster ones."""
    count = 1 + (rhythm > 1.6) + (rhythm > 3.0)
    radii, width = ((1.38, ), (1.28, 1.6), (1.22, 1.44, 1.66))[count - 1], (0.14, 0.08, 0.06)[count - 1]
    # Looked up in a table of 1/256 radius: an exponential for every pixel is slow.
    steps = np.arange(513) / 256
    table = sum(np.exp(-0.5 * ((steps - radius) / width)**2) for radius in radii).astype(np.float32)
    return table[np.minimum(distance * 256, 512).astype(np.int16)]


def _bars(v: np.ndarray) -> np.ndarray:
    return np.clip(np.float32(0.5) + 4 * np.sin(np.float32(2 * np.pi / 0.62) * v), 0, 1)


def _core(distance: np.ndarray) -> np.ndarray:
    return np.clip((np.float32(0.40) - distance) * 8 + np.float32(0.5), 0, 1)


def _rgb(hue: float, saturation: np.ndarray, value: np.ndarray) -> np.ndarray:
    """float32[..., 3] from a hue in turns and arrays of saturation and value."""
    wheel = np.clip(np.abs((hue * 6 + np.array([0.0, 4.0, 2.0])) % 6 - 3) - 1, 0, 1)
    return (value[..., None] * (1 - saturation[..., None] * (1 - wheel))).astype(np.float32)


def _background(rng: np.random.Generator, indoor: bool, size: int) -> np.ndarray:
    """float32[size, size, 3]: a room with a floor and things on the wall, or sky, clouds, hills and ground."""
    down, across = np.mgrid[0:size, 0:size].astype(np.float32) / size
    if indoor:
        wall = _rgb(rng.uniform(0.04, 0.12), np.float32(rng.uniform(0.08, 0.22)), np.float32(rng.uniform(0.45, 0.7)))
        floor = _rgb(rng.uniform(0.02, 0.09), np.float32(rng.uniform(0.2, 0.4)), np.float32(rng.uniform(0.22, 0.4)))
        image = np.where((down > rng.uniform(0.74, 0.86))[..., None], floor, wall)
        for _ in range(rng.integers(1, 4)):
            x, y, width, height = rng.uniform([0, 0.02, 0.12, 0.1], [0.85, 0.4, 0.3, 0.3])
            inside = (np.abs(across - x - width / 2) < width / 2) & (np.abs(down - y - height / 2) < height / 2)
            image = np.where(inside[..., None], wall * rng.uniform(0.7, 1.25), image)
        return (image * (1 - 0.15 * np.abs(across - rng.uniform(0.2, 0.8)))[..., None]).astype(np.float32)
    sky = _rgb(rng.uniform(0.53, 0.6), np.float32(rng.uniform(0.18, 0.35)), np.float32(rng.uniform(0.7, 0.9)))
    ground = _rgb(rng.uniform(0.2, 0.3), np.float32(rng.uniform(0.25, 0.45)), np.float32(rng.uniform(0.3, 0.48)))
    horizon = rng.uniform(0.6, 0.75) + rng.uniform(0.01, 0.06) * np.sin(across * rng.uniform(5, 12) + rng.uniform(0, 6))
    image = np.where((down > horizon)[..., None], ground, sky * (1.05 - 0.35 * (1 - down))[..., None])
    for _ in range(rng.integers(1, 4)):
        x, y, width = rng.uniform([0, 0.02, 0.1], [1, 0.35, 0.25])
        cloud = np.exp(-((across - x) / width)**2 - ((down - y) / (width * 0.35))**2)
        image = image + 0.25 * cloud[..., None] * (down < horizon)[..., None]
    return image.astype(np.float32)
