"""UnAV-100 from the world: long scenes in which several kinds play again and again, each event heard and seen, at any time."""
from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from avreg.atomic_write import write_text_atomically
from avreg.benchmarks import UNAV100
from avreg.datasets.avworld.clip import Clip, youtube_id
from avreg.datasets.avworld.kinds import KINDS
from avreg.datasets.avworld.scene import PLACES, Actor, Scene, Spans, other_kinds, random_actor, random_scene
from avreg.datasets.avworld.writer import VideoWriter

DURATION = 40
# Seconds of an event.
SHORTEST, LONGEST = 0.5, 30.0
# Shares of what an object on screen does when it does something: an event (heard and seen), heard while it rests, seen playing silently.
_STRETCHES = ('event', 'heard', 'shown')
_SHARES = (0.64, 0.18, 0.18)
# Share of events that one sense begins earlier, or goes on with for a while.
_RAGGED = 0.35
# Share of objects whose look, or whose timbre, does not tell them from their alike.
_HIDDEN = 0.2
_SUBSETS = {'train': 'train', 'val': 'validation', 'test': 'test'}


def events_of(scene: Scene) -> list[tuple[int, float, float]]:
    """(kind, onset, offset) of every time in which an object on screen is both heard and seen playing, by onset."""
    events = []
    for actor in scene.actors:
        if actor.visible:
            for start, end in actor.heard:
                both = [(max(start, first), min(end, last)) for first, last in actor.shown]
                events += [(actor.kind, onset, offset) for onset, offset in both if onset < offset]
    return sorted(events, key=lambda event: (event[1], event[2], event[0]))


class UnAV100Writer(VideoWriter):
    """Writes ``annotations/unav100_annotations.json`` and ``video/<id>.mp4``."""

    name = folder = 'unav100'
    default_sizes = {'train': 360, 'val': 60, 'test': 120}

    def name_clip(self, number: int, split: str, scene: Scene) -> tuple[str, tuple[str, ...]]:
        """11 characters; ``video/<id>.mp4``."""
        clip_id = youtube_id(self.name, number)
        return clip_id, (f'video/{clip_id}.mp4', )

    def sample_scene(self, rng: np.random.Generator) -> Scene:
        """One to three objects on screen, each at times an event, at times for one sense only; often another kind off screen."""
        count = int(rng.choice([1, 2, 3], p=[0.25, 0.45, 0.3]))
        kinds = other_kinds(rng, count + 1, [])
        places = rng.permutation(PLACES).tolist()
        while True:
            schedules = [_schedule(rng) for _ in range(count)]
            actors = [self._actor(rng, kind, place, heard=heard, shown=shown)
                      for kind, place, (heard, shown) in zip(kinds, places, schedules)]
            if events_of(Scene(DURATION, True, tuple(actors))):
                break
        if rng.uniform() < 0.4:
            heard, _ = _schedule(rng)
            actors.append(self._actor(rng, kinds[count], None, heard=heard))
        return random_scene(rng, DURATION, actors)

    @staticmethod
    def _actor(rng: np.random.Generator, kind: int, place: str | None, **spans: Spans) -> Actor:
        detail, accent = (float(value >= _HIDDEN) for value in rng.uniform(size=2))
        return random_actor(rng, kind, place, DURATION, detail=detail, accent=accent, **spans)

    def write_labels(self, folder: Path, clips: dict[str, list[Clip]], seed: int) -> None:
        """One file for all splits."""
        database = {}
        for split, split_clips in clips.items():
            for clip in split_clips:
                annotations = []
                for kind, onset, offset in events_of(clip.scene):
                    label = KINDS[kind].unav100
                    annotations.append({'segment': [onset, offset], 'label': label, 'label_id': UNAV100.label_index(label)})
                database[clip.clip_id] = {'duration': DURATION, 'annotations': annotations, 'subset': _SUBSETS[split]}
        (folder / 'annotations').mkdir(exist_ok=True)
        write_text_atomically(folder / 'annotations/unav100_annotations.json',
                              json.dumps({'version': 'unav100', 'database': database}, indent=1) + '\n')


def _schedule(rng: np.random.Generator) -> tuple[Spans, Spans]:
    """When an object is heard and when it is seen playing; hundredths of a second."""
    heard, shown = [], []
    now = float(rng.uniform(0, 8))
    while now < DURATION - SHORTEST:
        length = min(np.exp(rng.uniform(np.log(SHORTEST), np.log(LONGEST))), DURATION - now)
        if length < SHORTEST:
            break
        start, end = round(now, 2), round(now + length, 2)
        stretch = rng.choice(_STRETCHES, p=_SHARES)
        spans = [[start, end], [start, end]]
        if stretch == 'event' and rng.uniform() < _RAGGED:
            # The event itself keeps its ends: one sense is alone before it, or after it.
            extra = round(float(rng.uniform(1, 4)), 2)
            sense = int(rng.integers(2))
            if rng.uniform() < 0.5:
                spans[sense][1] = min(round(end + extra, 2), float(DURATION))
            else:
                before = max([span[1] for span in heard + shown], default=0.0) + 1
                spans[sense][0] = min(start, max(round(start - extra, 2), round(before, 2)))
        if stretch != 'shown':
            heard.append(tuple(spans[0]))
        if stretch != 'heard':
            shown.append(tuple(spans[1]))
        now = max(spans[0][1], spans[1][1]) + float(rng.uniform(1.5, 9))
    return tuple(heard), tuple(shown)
