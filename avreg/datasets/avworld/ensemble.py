"""Who is in a picture whose sounding objects are to be found: one that sounds among silent ones, or several that start and stop.

Silent objects often look as if they played, and sounding ones at times rest, so that the picture alone does not tell who sounds:
it takes the timbre, and the rhythm of the pulse.
"""
from __future__ import annotations

import dataclasses

import numpy as np

from avreg.datasets.avworld.kinds import KINDS, look_alike
from avreg.datasets.avworld.scene import PLACE_X, Actor, Scene, Spans, other_kinds, random_actor, random_scene

# Least and largest radius by the number of objects. The boxes are then nearly as large as those of VGG-SS (median a fifth of the
# frame, a quarter there): its metric takes the upper half of a heat map, and would call every box far below a quarter a miss.
_RADII = {1: (0.30, 0.42), 2: (0.26, 0.35), 3: (0.22, 0.30)}
# Share of a radius by which an object may reach over the edge of the frame, and share of the sum of their radii by which two
# must be apart.
_OVER_EDGE, _APART = 0.3, 0.9
# How often a silent object looks as if it played, and a sounding one rests.
_MIMES, _RESTS = 0.8, 0.15
# Among several: how often an object sounds at all, and how often one that does looks as if it played all the time.
_SOUNDS, _ALWAYS_PLAYS = 0.6, 0.45
_LOOK_ALIKE, _TWIN = 0.35, 0.10
_OFF_SCREEN = 0.15
# Share of the frame that an object on its way to another place moves, at least.
_FAR = 0.2


def one_sounding(rng: np.random.Generator, duration: int, species: int = 1, **known) -> Scene:
    """One object that sounds all the time, and zero to two silent ones, of the first so many ``species`` of their kinds; ``known``
    fixes fields of the scene."""
    whole = ((0, duration), )
    kinds = other_kinds(rng, 1 + int(rng.choice(3, p=[0.15, 0.50, 0.35])), [])
    rests = rng.uniform() < _RESTS
    twin = False
    if len(kinds) > 1:
        draw = rng.uniform()
        twin = not rests and draw < _TWIN
        if twin:
            kinds[1] = kinds[0]
        elif draw < _TWIN + _LOOK_ALIKE:
            kinds = _with_look_alike(kinds)
    spots = _scatter(rng, len(kinds))
    actors = [random_actor(rng, kinds[0], duration=duration, heard=whole, shown=() if rests else whole, **spots[0])]
    for kind, spot in zip(kinds[1:], spots[1:]):
        # Of two of a kind the sounding one is the one that plays: nothing else could tell.
        mimes = rng.uniform() < _MIMES and not (twin and kind == kinds[0])
        actors.append(random_actor(rng, kind, duration=duration, shown=whole if mimes else (), **spot))
    return random_scene(rng, duration, _shuffled(rng, actors, species), **known)


def several_sounding(rng: np.random.Generator, duration: int, species: int = 1, **known) -> Scene:
    """One to three objects that sound in some of the seconds, or never, and at times one off screen; ``known`` as above."""
    count = int(rng.choice([1, 2, 3], p=[0.10, 0.45, 0.45]))
    kinds = other_kinds(rng, count + 1, [])
    if count > 1 and rng.uniform() < _LOOK_ALIKE:
        kinds = _with_look_alike(kinds)
    off_screen = rng.uniform() < _OFF_SCREEN
    sounds = rng.uniform(size=count) < _SOUNDS
    if not sounds.any() and not off_screen:
        sounds[0] = True
    actors = [_player(rng, kind, bool(sound), duration, spot)
              for kind, sound, spot in zip(kinds, sounds, _scatter(rng, count))]
    if off_screen:
        actors.append(random_actor(rng, kinds[count], None, duration, heard=_schedule(rng, duration)))
    return random_scene(rng, duration, _shuffled(rng, actors, species), **known)


def with_a_mover(rng: np.random.Generator, scene: Scene) -> Scene:
    """``scene`` with one of its objects on a straight way to another place; the same scene where others stand in every way."""
    visible = [i for i, actor in enumerate(scene.actors) if actor.visible]
    # A dozen moments, and as many goals.
    way = np.linspace(0, 1, 12)[:, None]
    for i in rng.permutation(np.repeat(visible, 12)):
        mover, others = scene.actors[i], [scene.actors[j] for j in visible if j != i]
        margin = mover.radius * (1 - _OVER_EDGE)
        goal = np.array([rng.uniform(margin, 1 - margin), mover.y + mover.drift[1]])
        path = np.array([mover.x, mover.y]) + way * (goal - [mover.x, mover.y])
        gaps = [np.linalg.norm(path - [other.x, other.y] - way * other.drift, axis=1) - _APART * (mover.radius + other.radius)
                for other in others]
        if abs(goal[0] - mover.x) >= _FAR and all((gap >= 0).all() for gap in gaps):
            drift = (float(goal[0] - mover.x), mover.drift[1])
            return dataclasses.replace(scene, actors=(*scene.actors[:i], dataclasses.replace(mover, drift=drift), *scene.actors[i + 1:]))
    return scene


def _player(rng: np.random.Generator, kind: int, sounds: bool, duration: int, spot: dict) -> Actor:
    """Plays when it sounds, or all the time, or never; a silent one plays in seconds of its own, or never."""
    schedule = _schedule(rng, duration)
    draw = rng.uniform()
    if not sounds:
        return random_actor(rng, kind, duration=duration, shown=schedule if draw < _MIMES else (), **spot)
    shown: Spans = () if draw < _RESTS else ((0, duration), ) if draw < _RESTS + _ALWAYS_PLAYS else schedule
    return random_actor(rng, kind, duration=duration, heard=schedule, shown=shown, **spot)


def _schedule(rng: np.random.Generator, duration: int) -> Spans:
    """The whole clip, or a stretch of it, or a stretch with a pause."""
    if rng.uniform() < 0.2:
        return ((0, duration), )
    length = int(rng.integers(2 * duration // 5, duration))
    start = int(rng.integers(duration - length + 1))
    end = start + length
    if length < 6 or rng.uniform() < 0.5:
        return ((start, end), )
    pause = int(rng.integers(start + 2, end - 3))
    return (start, pause), (pause + 2, end)


def _with_look_alike(kinds: list[int]) -> list[int]:
    """As many kinds, all different, of which the second looks like the first."""
    alike = look_alike(kinds[0])
    return [kinds[0], alike, *(kind for kind in kinds[1:] if kind != alike)][:len(kinds)]


def _scatter(rng: np.random.Generator, count: int) -> list[dict]:
    """Place, centre and radius of ``count`` objects, anywhere in the frame and apart from one another."""
    radii = rng.uniform(*_RADII[count], count)
    while True:
        margin = radii * (1 - _OVER_EDGE)
        centres = rng.uniform(margin[:, None], 1 - margin[:, None], (count, 2))
        gaps = np.linalg.norm(centres[:, None] - centres, axis=-1) - _APART * (radii[:, None] + radii)
        if (gaps[~np.eye(count, dtype=bool)] >= 0).all():
            break
        # Some sizes do not fit together.
        radii *= 0.99
    return [dict(place=min(PLACE_X, key=lambda place: abs(PLACE_X[place] - x)), x=float(x), y=float(y), radius=float(radius))
            for (x, y), radius in zip(centres, radii)]


def _shuffled(rng: np.random.Generator, actors: list[Actor], species: int) -> list[Actor]:
    """In random order, as who is in front tells nothing; each kind in one of its first so many species."""
    drawn = rng.integers(species, size=len(KINDS))
    return [dataclasses.replace(actors[i], species=int(drawn[actors[i].kind])) for i in rng.permutation(len(actors))]
