"""AVQA from the world: clips of ten seconds, and questions with four choices about them."""
from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from avreg.atomic_write import write_text_atomically
from avreg.datasets.avworld.choices import ask
from avreg.datasets.avworld.clip import MAX_SIZES, SPLITS, Clip, serial_number, youtube_id
from avreg.datasets.avworld.scene import PLACES, Scene, other_kinds, random_actor, random_scene
from avreg.datasets.avworld.writer import VideoWriter

DURATION = 10
QUESTIONS_PER_CLIP = 3
# Schedules: all the time, the first or the second half, from a second in the middle on.
_PARTS = (((0, 10), ), ((0, 5), ), ((5, 10), ), ((3, 10), ))


class AVQAWriter(VideoWriter):
    """Writes ``train_qa.json``, ``val_qa.json``, ``video/<video_name>.mp4`` and ``video/video_map.json``. There is no test split, nor is
    there one in the official release.
    """

    name = folder = 'avqa'
    default_sizes = {'train': 500, 'val': 150, 'test': 0}

    def name_clip(self, number: int, split: str, scene: Scene) -> tuple[str, tuple[str, ...]]:
        """``<id>_<start>``, 11 characters and 6 digits, as VGGSound's clips are called."""
        clip_id = f'{youtube_id(self.name, number)}_{number * 7 % 300:06d}'
        return clip_id, (f'video/{clip_id}.mp4', )

    def sample_scene(self, rng: np.random.Generator) -> Scene:
        """One to three instruments on screen, of which some sound; at times another one off screen."""
        count = int(rng.integers(1, 4))
        places = sorted(rng.permutation(PLACES)[:count].tolist(), key=PLACES.index)
        kinds = other_kinds(rng, count + 1, [])
        sounds = rng.uniform(size=count) < 0.6
        off_screen = not sounds.any() or rng.uniform() < 0.2
        actors = []
        for kind, place, audible in zip(kinds, places, sounds):
            part = _PARTS[int(rng.integers(len(_PARTS)))]
            # Who is silent often looks as if it played.
            mimes = rng.uniform() < 0.6
            actors.append(random_actor(rng, kind, place, DURATION, heard=part if audible else (), shown=part if audible or mimes else ()))
        if off_screen:
            actors.append(random_actor(rng, kinds[count], None, DURATION, heard=_PARTS[int(rng.integers(len(_PARTS)))]))
        return random_scene(rng, DURATION, actors)

    def write_labels(self, folder: Path, clips: dict[str, list[Clip]], seed: int) -> None:
        """The questions of both splits, and the number of every clip."""
        numbers = {clip.clip_id: serial_number(seed, split, clip.index) for split in SPLITS for clip in clips[split]}
        (folder / 'video').mkdir(parents=True, exist_ok=True)
        write_text_atomically(folder / 'video' / 'video_map.json', json.dumps(numbers, indent=1) + '\n')
        for number, split in enumerate(('train', 'val')):
            rows = []
            for clip in clips[split]:
                rng = np.random.default_rng((seed, 1 + number, clip.index))
                for question in ask(clip.scene, QUESTIONS_PER_CLIP, rng):
                    rows.append({
                        'id': (2 * seed + number) * QUESTIONS_PER_CLIP * MAX_SIZES['train'] + len(rows),
                        'video_name': clip.clip_id,
                        'video_id': numbers[clip.clip_id],
                        'question_text': question.text,
                        'multi_choice': list(question.choices),
                        'answer': question.answer,
                        'question_relation': question.relation,
                        'question_type': question.type,
                    })
            write_text_atomically(folder / f'{split}_qa.json', json.dumps(rows, indent=1) + '\n')
