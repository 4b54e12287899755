"""MUSIC-AVQA from the world: small concerts with silent players, players off screen and voices, and questions about them."""
from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np

from avreg.atomic_write import write_text_atomically
from avreg.benchmarks.music_avqa import TEMPLATES
from avreg.datasets.avworld.clip import MAX_SEED, MAX_SIZES, SPLITS, Clip, digit_id
from avreg.datasets.avworld.questions import Question, choose_questions
from avreg.datasets.avworld.scene import PLACES, Actor, Scene, Spans, other_kinds, random_actor, random_scene
from avreg.datasets.avworld.writer import VideoWriter

DURATION = 20
# In training most of what a clip has to ask about (20 are found on average): it is encoded once for all its questions, and each of them
# teaches something.
QUESTIONS_PER_CLIP = {'train': 24, 'val': 10, 'test': 10}
# Question ids of a seed start at seed * _IDS_PER_SEED, those of a split so much further on.
_IDS_PER_SEED = 300000
_FIRST_ID = {'train': 0, 'val': 150000, 'test': 200000}
_LAYOUTS = {1: PLACES, 2: ('left right', 'left right', 'left right', 'left middle', 'middle right'), 3: ('left middle right', )}

# Share of clips in which all that are on screen play and nothing else is heard: only these answer which of several is louder, comes
# first or sounds where. And of [others, these]: how many players there are (1, 2, 3), and how often two are of a kind.
_TOGETHER = 0.4
_COUNTS = (0.47, 0.35, 0.18), (0.0, 0.6, 0.4)
_TWINS = 0.45, 0.2


class MusicAVQAWriter(VideoWriter):
    """Writes ``json_update/avqa-{train,val,test}.json`` and ``video/<id>.mp4``."""

    name = folder = 'music_avqa'
    default_sizes = {'train': 1200, 'val': 60, 'test': 160}

    def name_clip(self, number: int, split: str, scene: Scene) -> tuple[str, tuple[str, ...]]:
        """8 digits; ``video/<id>.mp4``."""
        clip_id = digit_id(number)
        return clip_id, (f'video/{clip_id}.mp4', )

    def sample_scene(self, rng: np.random.Generator) -> Scene:
        """Two or three instruments on screen that all play; or one to three, some of them silent, and at times another one off screen.
        At times somebody talks."""
        together = rng.uniform() < _TOGETHER
        count = int(rng.choice([1, 2, 3], p=_COUNTS[together]))
        places = str(rng.choice(_LAYOUTS[count])).split()
        kinds = other_kinds(rng, count + 1, [])
        if count > 1 and rng.uniform() < _TWINS[together]:
            kinds[1] = kinds[0]
        off_screen = not together and rng.uniform() < 0.4
        roles = {kind: 'plays' if together else str(rng.choice(['plays', 'mimes', 'rests'], p=[0.4, 0.38, 0.22])) for kind in kinds[:count]}
        if count == 1 and rng.uniform() < 0.4:
            # The only instrument in the picture is not the one that is heard.
            off_screen, roles[kinds[0]] = True, str(rng.choice(['mimes', 'rests'], p=[0.7, 0.3]))
        if not off_screen and 'plays' not in roles.values():
            roles[kinds[0]] = 'plays'

        schedules = _schedules(rng, count + 1)
        if count > 1 and kinds[0] == kinds[1] and rng.uniform() < 0.5:
            schedules[1] = schedules[0]
        order = rng.permutation(count)
        actors = [self._player(rng, kinds[i], place, roles[kinds[i]], schedules[i]) for i, place in zip(order, places)]
        if off_screen:
            actors.append(self._player(rng, kinds[count], None, 'plays', schedules[count]))
        voice = (_part(rng), ) if rng.uniform() < 0.28 else ()
        return random_scene(rng, DURATION, _with_levels(rng, actors), voice=voice)

    @staticmethod
    def _player(rng: np.random.Generator, kind: int, place: str | None, role: str, schedule: Spans) -> Actor:
        """``role``: 'plays', 'mimes' (plays without a sound) or 'rests'."""
        slow = rng.uniform() < 0.5
        return random_actor(
            rng, kind, place, DURATION,
            heard=schedule if role == 'plays' else (),
            shown=schedule if role != 'rests' and place else (),
            rhythm=rng.uniform(0.8, 1.2) if slow else rng.uniform(3.5, 4.5))

    @staticmethod
    def choose(scenes: list[Scene], split: str, rng: np.random.Generator) -> list[list[Question]]:
        """The questions of a split, a list for each of its scenes."""
        per_clip = QUESTIONS_PER_CLIP[split]
        return choose_questions(scenes, per_clip * len(scenes), rng, most_per_scene=per_clip * 5 // 3, most_per_template=max(2, per_clip // 6))

    def write_labels(self, folder: Path, clips: dict[str, list[Clip]], seed: int) -> None:
        """The questions of each split, drawn from its scenes in one go so that answers are balanced."""
        (folder / 'json_update').mkdir(exist_ok=True)
        for number, split in enumerate(SPLITS):
            scenes = [clip.scene for clip in clips[split]]
            rng = np.random.default_rng((seed, 1 + number, len(scenes)))
            first = seed * _IDS_PER_SEED + _FIRST_ID[split]
            rows = []
            for clip, questions in zip(clips[split], self.choose(scenes, split, rng)):
                for question in questions:
                    template = TEMPLATES[question.template]
                    rows.append({
                        'video_id': clip.clip_id,
                        'question_id': first + len(rows),
                        'type': json.dumps([template.modality, template.type]),
                        'question_content': template.template,
                        'templ_values': json.dumps(list(question.values)),
                        'question_deleted': 0,
                        'anser': question.answer,
                    })
            write_text_atomically(folder / 'json_update' / f'avqa-{split}.json', json.dumps(rows, indent=1) + '\n')


def _schedules(rng: np.random.Generator, count: int) -> list[Spans]:
    """When each of ``count`` players plays: all of them always, or one after another."""
    if rng.uniform() < 0.3:
        return [((0, DURATION), )] * count
    # Entries at least three seconds apart; whoever enters may leave before the end.
    entries = rng.permutation([int(rng.integers(0, 2)), int(rng.integers(5, 8)), int(rng.integers(11, 14)), 0])[:count]
    ends = [DURATION if rng.uniform() < 0.65 else int(rng.integers(entry + 6, min(entry + 13, DURATION) + 1))
            for entry in entries]
    return [((int(entry), int(end)), ) for entry, end in zip(entries, ends)]


def _part(rng: np.random.Generator) -> tuple[int, int]:
    length = int(rng.integers(12, DURATION + 1))
    start = int(rng.integers(DURATION - length + 1))
    return start, start + length


def _with_levels(rng: np.random.Generator, actors: list[Actor]) -> list[Actor]:
    """In most clips one kind that sounds is much louder than the rest, in the others all are about equal.

    Objects of one kind are equally loud: nobody could hear which of them is the louder.
    """
    heard = sorted({actor.kind for actor in actors if actor.audible})
    levels = {actor.kind: rng.uniform(-15, -13) for actor in actors}
    if len(heard) > 1 and rng.uniform() < 0.65:
        # Whoever mimes looks loud or soft at random, so that looks do not give away who is silent.
        loud = {int(rng.choice(heard))} | {kind for kind in levels if kind not in heard and rng.uniform() < 0.4}
        levels = {kind: rng.uniform(-10, -9) if kind in loud else rng.uniform(-22, -20) for kind in levels}
    return [dataclasses.replace(actor, level=float(levels[actor.kind])) for actor in actors]


# Ids fit into 32 bits, whoever stores them, and splits share none.
assert _IDS_PER_SEED * (MAX_SEED + 1) < 2**32
assert MAX_SIZES['train'] * QUESTIONS_PER_CLIP['train'] < _FIRST_ID['val']
