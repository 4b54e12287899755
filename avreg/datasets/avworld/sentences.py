"""What happens in each second of a scene, in words: who sounds, where, how fast, how loud, since when; or who has just stopped.

The scene decides the wording, so that whoever understands it can say the same. Left and right are the only words that a mirrored scene
exchanges; several objects are named in the order of ``KINDS``, those off screen last.
"""
from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

from avreg.datasets.avworld.scene import PLACE_X, Actor, Scene, flags

# Pulses a second from which on a rhythm is steady, and fast: as many rings as are drawn then. Level (dB) from which on a sound is loud.
STEADY, FAST = 1.6, 3.0
LOUD = -14.0
_PACES = ('slowly', 'steadily', 'fast')
_PLACES = {'left': 'on the left', 'middle': 'in the middle', 'right': 'on the right', None: 'outside the picture'}


@dataclasses.dataclass(frozen=True)
class Wording:
    """How a benchmark speaks.

    Args:
        name: of an object, without an article.
        verb: what an object does, as in 'the dog barks'.
        solo: what one object alone does, by pace (slow, steady, fast) and by loudness (soft, loud), behind its name; ``{verb}`` stands
            for the verb.
        together: what three objects do, behind their names.
        nobody: what is said when nothing sounds, and nothing has just stopped.
        setting: of a scene, before the sentence; ends in a blank unless empty.
    """

    name: Callable[[Actor], str]
    verb: Callable[[Actor], str]
    solo: tuple[tuple[str, str], tuple[str, str], tuple[str, str]]
    together: str
    nobody: str
    setting: Callable[[Scene], str]


def describe(scene: Scene, wording: Wording, times: Sequence[float]) -> list[str]:
    """A sentence for each of ``times``, seconds in which objects sound or not; of at most three that do."""
    ordered = sorted(scene.actors, key=lambda actor: (not actor.visible, actor.kind, actor.species))
    sounding = [{actor for actor in ordered if flags(actor.heard, scene.duration)[int(time)]} for time in times]
    sentences = []
    for time, now, before in zip(times, sounding, [sounding[0], *sounding]):
        at = [actor for actor in ordered if actor in now]
        said = _sounds(at, now - before, time, scene.duration, wording) if at else _silence(
            [actor for actor in ordered if actor in before], time, scene.duration, wording)
        text = wording.setting(scene) + said
        sentences.append(f'{text[0].upper()}{text[1:]}.')
    return sentences


def place_of(actor: Actor, time: float, duration: int) -> str | None:
    """'left', 'middle' or 'right' at that time, None off screen; a moving object changes its place."""
    if not actor.visible:
        return None
    x = actor.x + actor.drift[0] * time / duration
    return min(PLACE_X, key=lambda place: abs(PLACE_X[place] - x))


def _sounds(at: list[Actor], new: set[Actor], time: float, duration: int, wording: Wording) -> str:
    subjects = [_subject(actor, time, duration, wording) for actor in at]
    verbs = [f'now {wording.verb(actor)}' if actor in new else wording.verb(actor) for actor in at]
    paces = [(actor.rhythm >= STEADY) + (actor.rhythm >= FAST) for actor in at]
    if len(at) == 1:
        phrase = wording.solo[paces[0]][at[0].level >= LOUD].format(verb=wording.verb(at[0]))
        return f'{subjects[0]} {"now " if new else ""}{phrase}'
    if len(at) > 2:
        return f'{_listed(subjects)} {wording.together}'
    (one, other), (first, second) = (f'{subject} {verb}' for subject, verb in zip(subjects, verbs)), (_PACES[pace] for pace in paces)
    return f'{one} and {other}, both {first}' if first == second else f'{one} {first} while {other} {second}'


def _silence(stopped: list[Actor], time: float, duration: int, wording: Wording) -> str:
    if not stopped:
        return wording.nobody
    subjects = [_subject(actor, time, duration, wording) for actor in stopped]
    return f'{_listed(subjects)} {"fall" if len(subjects) > 1 else "falls"} silent'


def _subject(actor: Actor, time: float, duration: int, wording: Wording) -> str:
    name = wording.name(actor)
    return f'{"an" if name[0] in "aeiou" else "a"} {name} {_PLACES[place_of(actor, time, duration)]}'


def _listed(texts: list[str]) -> str:
    return ' and '.join(filter(None, (', '.join(texts[:-1]), texts[-1])))
