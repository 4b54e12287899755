"""LLP from the world: one to three events a clip that are heard, seen, or both, each sense with its own seconds."""
from __future__ import annotations

from pathlib import Path

import numpy as np

from avreg.atomic_write import write_text_atomically
from avreg.datasets.avworld.clip import Clip, youtube_id
from avreg.datasets.avworld.kinds import KINDS
from avreg.datasets.avworld.scene import PLACES, Actor, Scene, Spans, other_kinds, random_actor, random_scene
from avreg.datasets.avworld.writer import VideoWriter

DURATION = 10


def events_of(scene: Scene) -> tuple[list[tuple[int, int, int]], list[tuple[int, int, int]]]:
    """Audible and visible events, each a list of (kind, onset, offset), in order of kind and time."""
    audible = [(actor.kind, *span) for actor in scene.actors for span in actor.heard]
    visible = [(actor.kind, *span) for actor in scene.actors if actor.visible for span in actor.shown]
    return sorted(audible), sorted(visible)


class LLPWriter(VideoWriter):
    """Writes ``AVVP_{train,val_pd,test_pd,eval_audio,eval_visual}.csv``, ``AVVP_dataset_full.csv`` and ``video/<id>.mp4``."""

    name = folder = 'llp'
    default_sizes = {'train': 500, 'val': 100, 'test': 200}

    def name_clip(self, number: int, split: str, scene: Scene) -> tuple[str, tuple[str, ...]]:
        """``<id>_<start>_<end>``, 11 characters and seconds; ``video/<id>.mp4``."""
        video_id = youtube_id(self.name, number)
        start = 10 * (number * 7 % 30)
        return f'{video_id}_{start}_{start + DURATION}', (f'video/{video_id}.mp4', )

    def sample_scene(self, rng: np.random.Generator) -> Scene:
        """One to three events of different kinds, and sometimes an object that rests all the time: no event."""
        count = int(rng.choice([1, 2, 3], p=[0.35, 0.45, 0.2]))
        kinds = other_kinds(rng, count + 1, [])
        places = rng.permutation(PLACES).tolist()
        actors = [_event(rng, kind, place) for kind, place in zip(kinds[:count], places)]
        if count < 3 and rng.uniform() < 0.45:
            actors.append(random_actor(rng, kinds[count], places[count], DURATION))
        return random_scene(rng, DURATION, actors)

    def write_labels(self, folder: Path, clips: dict[str, list[Clip]], seed: int) -> None:
        """Video-level labels for all splits; events by second for val and test, tab-separated."""
        weak = {split: [_weak_row(clip) for clip in split_clips] for split, split_clips in clips.items()}
        names = {'train': 'AVVP_train.csv', 'val': 'AVVP_val_pd.csv', 'test': 'AVVP_test_pd.csv'}
        for split, rows in weak.items():
            _write_table(folder / names[split], ('filename', 'event_labels'), rows)
        _write_table(folder / 'AVVP_dataset_full.csv', ('filename', 'event_labels'), sum(weak.values(), []))
        dense = [clip for split in ('val', 'test') for clip in clips[split]]
        for sense, name in enumerate(('AVVP_eval_audio.csv', 'AVVP_eval_visual.csv')):
            rows = [(clip.clip_id, str(onset), str(offset), KINDS[kind].llp) for clip in dense
                    for kind, onset, offset in events_of(clip.scene)[sense]]
            _write_table(folder / name, ('filename', 'onset', 'offset', 'event_labels'), rows)


def _event(rng: np.random.Generator, kind: int, place: str) -> Actor:
    """Heard and seen (with its own seconds for each sense), only heard (off screen), or only seen (silent)."""
    sense = rng.choice(['both', 'audio', 'visual'], p=[0.46, 0.27, 0.27])
    first = _span(rng)
    if sense == 'audio':
        return random_actor(rng, kind, None, DURATION, heard=(first, ))
    second = first if sense == 'visual' or rng.uniform() < 0.35 else _shifted(rng, first)
    # Before and after it plays, an object rests in the picture, or is not there.
    present = {} if rng.uniform() < 0.3 else dict(present=(second, ))
    heard: Spans = (first, ) if sense == 'both' else ()
    return random_actor(rng, kind, place, DURATION, heard=heard, shown=(second, ), **present)


def _span(rng: np.random.Generator) -> tuple[int, int]:
    length = int(rng.integers(3, DURATION + 1))
    start = int(rng.integers(DURATION - length + 1))
    return start, start + length


def _shifted(rng: np.random.Generator, span: tuple[int, int]) -> tuple[int, int]:
    """Another span that shares two seconds or more with ``span``."""
    while True:
        other = _span(rng)
        if other != span and min(other[1], span[1]) - max(other[0], span[0]) >= 2:
            return other


def _weak_row(clip: Clip) -> tuple[str, str]:
    audible, visible = events_of(clip.scene)
    kinds = dict.fromkeys(actor.kind for actor in clip.scene.actors if actor.kind in {kind for kind, *_ in audible + visible})
    return clip.clip_id, ','.join(KINDS[kind].llp for kind in kinds)


def _write_table(path: Path, header: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    write_text_atomically(path, ''.join('\t'.join(row) + '\n' for row in (header, *rows)))
