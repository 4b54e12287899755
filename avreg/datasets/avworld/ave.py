"""AVE from the world: one event a clip, in the seconds in which one kind is both heard and seen playing."""
from __future__ import annotations

from pathlib import Path

import numpy as np

from avreg.atomic_write import write_text_atomically
from avreg.datasets.avworld.clip import Clip, youtube_id
from avreg.datasets.avworld.kinds import KINDS
from avreg.datasets.avworld.scene import PLACES, Actor, Scene, Spans, flags, other_kinds, random_actor, random_scene, spans_of
from avreg.datasets.avworld.writer import VideoWriter

DURATION = 10
HEADER = 'Category&VideoID&Quality&StartTime&EndTime'
# What goes on in a stretch of background: (the event's kind heard, seen playing, another kind heard, seen playing), and how often.
_BACKGROUNDS = (
    ((1, 0, 0, 0), 0.20),  # its sound goes on, but it rests
    ((0, 1, 0, 0), 0.20),  # it plays without a sound
    ((0, 1, 1, 0), 0.25),  # it plays, another kind is heard
    ((1, 0, 0, 1), 0.20),  # another kind plays, it is heard
    ((0, 0, 0, 0), 0.15),
)
# Share of clips in which the event's look, or its timbre, does not tell it from its alike.
_HIDDEN_LOOK = _HIDDEN_TIMBRE = 0.42
# Share of clips in which another kind plays silently, or sounds off screen, during the event too.
_SECOND_LOOK = _SECOND_SOUND = 0.2


def event_of(scene: Scene) -> tuple[int, int, int]:
    """(kind, start, end) of the scene's event.

    Raises:
        ValueError: the scene does not hold exactly one.
    """
    found = []
    for kind in range(len(KINDS)):
        heard, shown = np.zeros((2, scene.duration), bool)
        for actor in scene.actors:
            if actor.kind == kind:
                heard |= flags(actor.heard, scene.duration)
                shown |= flags(actor.shown, scene.duration) if actor.visible else False
        found += [(kind, *span) for span in spans_of(heard & shown)]
    if len(found) != 1:
        raise ValueError(f'an AVE scene holds exactly one event, this one has {len(found)}: {found}')
    return found[0]


class AVEWriter(VideoWriter):
    """Writes ``Annotations.txt``, ``{train,val,test}Set.txt`` and ``AVE/<id>.mp4``."""

    name = folder = 'ave'
    default_sizes = {'train': 500, 'val': 100, 'test': 200}

    def name_clip(self, number: int, split: str, scene: Scene) -> tuple[str, tuple[str, ...]]:
        """11 characters; ``AVE/<id>.mp4``."""
        clip_id = youtube_id(self.name, number)
        return clip_id, (f'AVE/{clip_id}.mp4', )

    def sample_scene(self, rng: np.random.Generator) -> Scene:
        """An event, background around it in which one sense at most says that it goes on, and distractors."""
        kind = int(rng.integers(len(KINDS)))
        # Neither distractor resembles the event, nor the other one: else two kinds could be both heard and seen.
        seen_other, = other_kinds(rng, 1, [kind], alike=False)
        heard_other, = other_kinds(rng, 1, [kind, seen_other], alike=False)
        start, end = _event_span(rng)
        tracks = np.zeros((4, DURATION), bool)
        tracks[:2, start:end] = True
        patterns, shares = zip(*_BACKGROUNDS)
        for first, last in ((0, start), (end, DURATION)):
            tracks[:, first:last] = np.array(patterns[rng.choice(len(patterns), p=shares)], bool)[:, None]
        during = rng.uniform()
        if during < _SECOND_LOOK:
            tracks[3, start:end] = True
        elif during < _SECOND_LOOK + _SECOND_SOUND:
            tracks[2, start:end] = True

        heard, shown, heard_by_other, shown_by_other = map(spans_of, tracks)
        hidden = rng.uniform()
        places = rng.permutation(PLACES).tolist()
        actors = [random_actor(rng, kind, places[0], DURATION, heard=heard, shown=shown,
                               detail=float(hidden >= _HIDDEN_LOOK),
                               accent=float(not _HIDDEN_LOOK <= hidden < _HIDDEN_LOOK + _HIDDEN_TIMBRE))]
        if heard_by_other:
            actors.append(self._distractor(rng, heard_other, None, heard=heard_by_other))
        if shown_by_other or rng.uniform() < 0.3:
            actors.append(self._distractor(rng, seen_other, places[1], shown=shown_by_other))
        return random_scene(rng, DURATION, actors)

    @staticmethod
    def _distractor(rng: np.random.Generator, kind: int, place: str | None, **spans: Spans) -> Actor:
        return random_actor(rng, kind, place, DURATION, detail=float(rng.uniform() >= _HIDDEN_LOOK),
                            accent=float(rng.uniform() >= _HIDDEN_TIMBRE), **spans)

    def write_labels(self, folder: Path, clips: dict[str, list[Clip]], seed: int) -> None:
        """Lines ``category&id&good&start&end``; the whole list with a header, the splits without."""
        rows = {split: [_row(clip) for clip in split_clips] for split, split_clips in clips.items()}
        write_text_atomically(folder / 'Annotations.txt', '\n'.join([HEADER, *sum(rows.values(), [])]) + '\n')
        for split, lines in rows.items():
            write_text_atomically(folder / f'{split}Set.txt', '\n'.join(lines) + '\n')


def _event_span(rng: np.random.Generator) -> tuple[int, int]:
    length = DURATION if rng.uniform() < 0.2 else int(rng.integers(3, DURATION))
    start = int(rng.integers(DURATION - length + 1))
    return start, start + length


def _row(clip: Clip) -> str:
    kind, start, end = event_of(clip.scene)
    return f'{KINDS[kind].ave}&{clip.clip_id}&good&{start}&{end}'
