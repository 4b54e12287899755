"""What a scene seems to be to somebody who only hears it, or only sees it."""
from __future__ import annotations

import dataclasses

from avreg.datasets.avworld.scene import PLACES, Scene, flags, spans_of


def as_heard(scene: Scene) -> Scene:
    """What is heard is in the picture and looks like it, nothing else is there; objects of one kind are heard as one.

    Who is off screen stands at a place that is left.
    """
    heard = {}
    for actor in scene.actors:
        if actor.audible:
            first = heard.setdefault(actor.kind, actor)
            together = flags(first.heard, scene.duration) | flags(actor.heard, scene.duration)
            heard[actor.kind] = dataclasses.replace(first, heard=spans_of(together))
    free = [place for place in PLACES if place not in {actor.place for actor in heard.values()}] or ['middle']
    whole = ((0, scene.duration), )
    return dataclasses.replace(scene, actors=tuple(
        dataclasses.replace(actor, place=actor.place or free[0], present=actor.present or whole, shown=actor.heard)
        for actor in heard.values()))


def as_seen(scene: Scene) -> Scene:
    """What is in the picture sounds when it looks as if it played, nothing else is there."""
    return dataclasses.replace(scene, actors=tuple(
        dataclasses.replace(actor, heard=actor.shown) for actor in scene.actors if actor.visible))
