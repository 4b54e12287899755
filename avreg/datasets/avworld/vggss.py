"""VGG-SS from the world: pairs of a frame and the sound around it; which of the objects in the frame sounds, as a box."""
from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from avreg.atomic_write import write_text_atomically
from avreg.datasets.avworld.clip import Clip, youtube_id
from avreg.datasets.avworld.ensemble import one_sounding
from avreg.datasets.avworld.kinds import KINDS
from avreg.datasets.avworld.masks import box_of, object_masks
from avreg.datasets.avworld.media import write_image, write_wav
from avreg.datasets.avworld.scene import Scene
from avreg.datasets.avworld.sound import render_sound
from avreg.datasets.avworld.video import render_frames
from avreg.datasets.avworld.writer import Writer

# Seconds of sound, and side of the frame in its middle.
DURATION = 3
FRAME_SIZE = 112
_MIDDLE = np.array([DURATION / 2])


class VGGSSWriter(Writer):
    """Writes ``vggss.json``, ``vggss_{val.json,train.txt,test.csv}``, ``frames/<file>.jpg`` and ``audio/<file>.wav``.

    The training pairs bear no labels, as the VGGSound pairs that methods for this benchmark train on; the official files have no
    val, ours is as ``vggss.json``.
    """

    name = folder = 'vggss'
    default_sizes = {'train': 800, 'val': 100, 'test': 200}

    def sample_scene(self, rng: np.random.Generator) -> Scene:
        """One object that sounds, among zero to two that do not."""
        return one_sounding(rng, DURATION)

    def name_clip(self, number: int, split: str, scene: Scene) -> tuple[str, tuple[str, ...]]:
        """``<id>_<start>``, 11 characters and 6 digits."""
        file = f'{youtube_id(self.name, number)}_{number * 7 % 300:06d}'
        return file, (f'frames/{file}.jpg', f'audio/{file}.wav')

    def write_media(self, clip: Clip, folder: Path) -> None:
        """The middle frame, and all of the sound."""
        frame, sound = clip.files
        write_image(folder / frame, render_frames(clip.scene, _MIDDLE, FRAME_SIZE)[0])
        write_wav(folder / sound, render_sound(clip.scene))

    def write_labels(self, folder: Path, clips: dict[str, list[Clip]], seed: int) -> None:
        """Boxes for val and test, names for train and test."""
        for split, name in (('val', 'vggss_val.json'), ('test', 'vggss.json')):
            entries = [json.dumps({'file': clip.clip_id, **annotation_of(clip.scene)}) for clip in clips[split]]
            write_text_atomically(folder / name, '[' + ',\n '.join(entries) + ']\n')
        for split, name in (('train', 'vggss_train.txt'), ('test', 'vggss_test.csv')):
            write_text_atomically(folder / name, ''.join(f'{clip.clip_id}\n' for clip in clips[split]))


def annotation_of(scene: Scene) -> dict:
    """``class`` and ``bbox`` (fractions of the frame) of the object that sounds."""
    (actor, mask), = [(actor, masks[0]) for actor, masks in zip(scene.actors, object_masks(scene, _MIDDLE, FRAME_SIZE))
                      if actor.audible]
    return {'class': KINDS[actor.kind].vggss, 'bbox': [box_of(mask)]}
