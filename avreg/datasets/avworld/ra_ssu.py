"""What F-Music and F-Lifescene have in common: ten seconds with a picture, a mask and a sentence each."""
from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np

from avreg.atomic_write import write_text_atomically
from avreg.datasets.avworld.avsbench import FRAME_MOMENT, render
from avreg.datasets.avworld.clip import Clip
from avreg.datasets.avworld.ensemble import several_sounding, with_a_mover
from avreg.datasets.avworld.media import write_image, write_wav
from avreg.datasets.avworld.scene import Actor, Scene
from avreg.datasets.avworld.sentences import Wording, describe
from avreg.datasets.avworld.writer import Writer

DURATION = 10
# Pulses a second of slow, steady and fast objects; dB of soft and loud ones. There is nothing between them: words for that are a matter
# of taste.
_RHYTHMS = ((0.8, 1.4), (1.9, 2.7), (3.4, 4.5))
_LEVELS = ((-18.0, -15.5), (-12.5, -10.0))
# Share of clips in which an object moves from one place to another.
_MOVES = 0.4
# Most objects that sound in a clip: more names than that are no sentence.
_MOST = 3


class RASSUWriter(Writer):
    """Writes ``annotations.json``, ``frames/<id>/{0..9}.jpg``, ``masks/<id>/{0..9}.png`` and ``audio/<id>.wav``.

    A subclass says how it speaks (``wording``), how many ``species`` of each kind there are, and what it calls a scene
    (:meth:`name_scene`).
    """

    default_sizes = {'train': 400, 'val': 50, 'test': 100}
    wording: Wording
    species: int

    def name_scene(self, scene: Scene, main: Actor) -> str:
        """The type of a scene.

        Args:
            scene: the scene.
            main: the object that sounds longest.
        """
        raise NotImplementedError

    def sample_scene(self, rng: np.random.Generator) -> Scene:
        """One to three objects that start and stop, at times one off screen, each clearly slow, steady or fast, soft or loud; one may
        move."""
        scene = several_sounding(rng, DURATION, self.species, grain=0.0)
        actors = [dataclasses.replace(actor, rhythm=float(rng.uniform(*_RHYTHMS[rng.integers(len(_RHYTHMS))])),
                                      level=float(rng.uniform(*_LEVELS[rng.integers(len(_LEVELS))]))) for actor in scene.actors]
        if len(actors) > _MOST:
            actors = [actor for actor in actors if actor.visible]
        scene = dataclasses.replace(scene, actors=tuple(actors))
        return with_a_mover(rng, scene) if rng.uniform() < _MOVES else scene

    def files_of(self, clip_id: str) -> tuple[str, ...]:
        """Paths of a clip's media."""
        numbers = range(DURATION)
        return (*(f'frames/{clip_id}/{k}.jpg' for k in numbers), *(f'masks/{clip_id}/{k}.png' for k in numbers), f'audio/{clip_id}.wav')

    def write_media(self, clip: Clip, folder: Path) -> None:
        """Frames, masks (0 and 255) and sound."""
        rendering = render(clip.scene)
        frames, masks, sound = clip.files[:DURATION], clip.files[DURATION:-1], clip.files[-1]
        for file, image in zip((*frames, *masks), (*rendering.frames, *(np.uint8(255) * (rendering.species > 0)))):
            write_image(folder / file, image)
        write_wav(folder / sound, rendering.sound)

    def write_labels(self, folder: Path, clips: dict[str, list[Clip]], seed: int) -> None:
        """One list for all splits."""
        rows = []
        for split, split_clips in clips.items():
            for clip in split_clips:
                main = max(clip.scene.actors, key=lambda actor: actor.seconds)
                rows.append({'id': clip.clip_id, 'split': split, 'scene': self.name_scene(clip.scene, main),
                             'descriptions': describe(clip.scene, self.wording, np.arange(DURATION) + FRAME_MOMENT)})
        write_text_atomically(folder / 'annotations.json', json.dumps(rows, indent=1) + '\n')
