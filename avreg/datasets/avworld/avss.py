"""AVSBench-semantic from the world: the clips of S4 (v1s) and MS3 (v1m), and longer ones (v2), with masks by class."""
from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np

from avreg.atomic_write import write_text_atomically
from avreg.benchmarks.avss import CLASSES, PALETTE
from avreg.datasets.avworld.avs_ms3 import AVSMS3Writer
from avreg.datasets.avworld.avs_s4 import AVSS4Writer, start_of
from avreg.datasets.avworld.avsbench import render
from avreg.datasets.avworld.clip import SPLITS, Clip, serial_number, youtube_id
from avreg.datasets.avworld.ensemble import several_sounding
from avreg.datasets.avworld.kinds import KINDS, SPECIES
from avreg.datasets.avworld.media import write_image, write_wav
from avreg.datasets.avworld.scene import Scene
from avreg.datasets.avworld.writer import Writer

DURATION = 10
COLUMNS = ('vid', 'uid', 's_min', 's_sec', 'a_obj', 'split', 'label')
_PALETTE = np.uint8(PALETTE)
# Class of 1 + kind * SPECIES + species; 0 stays background.
_CLASS_OF = np.uint8([0, *(CLASSES.index(name) for kind in KINDS for name in kind.avss)])


class AVSSWriter(Writer):
    """Writes ``metadata.csv``, ``label2idx.json`` and ``<subset>/<uid>/{frames,labels_rgb,labels_semantic,audio.wav}``.

    Its sizes are those of v2; v1s and v1m are the clips of ``avs_s4`` and ``avs_ms3`` in the same world.
    """

    name = 'avss'
    folder = 'avsbench/AVSS'
    default_sizes = {'train': 400, 'val': 60, 'test': 150}
    needs = ('avs_s4', 'avs_ms3')

    def sample_scene(self, rng: np.random.Generator) -> Scene:
        """A scene of v2: objects that start and stop in ten seconds."""
        return several_sounding(rng, DURATION, SPECIES, grain=0.0)

    def name_clip(self, number: int, split: str, scene: Scene) -> tuple[str, tuple[str, ...]]:
        """The uid of a v2 clip: 11 characters, start and end in milliseconds."""
        uid = _uid(youtube_id(self.name, number), number * 7 % 300, scene)
        return uid, _files('v2', uid, split, scene)

    def clips(self, seed: int, sizes: dict[str, dict[str, int]]) -> dict[str, list[Clip]]:
        """v1s, v1m, v2, in this order."""
        single, multiple, longer = AVSS4Writer().clips(seed, sizes), AVSMS3Writer().clips(seed, sizes), super().clips(seed, sizes)
        clips = {}
        for split in SPLITS:
            short = []
            for clip in single[split]:
                start = start_of(serial_number(seed, split, clip.index))
                short.append(('v1s', _uid(clip.clip_id.split('/')[1], start, clip.scene), clip))
            short += [('v1m', clip.clip_id, clip) for clip in multiple[split]]
            clips[split] = [dataclasses.replace(clip, clip_id=uid, files=_files(subset, uid, split, clip.scene))
                            for subset, uid, clip in short] + longer[split]
        return clips

    def write_media(self, clip: Clip, folder: Path) -> None:
        """Frames, masks as colours and as class indices, and sound."""
        rendering, seconds = render(clip.scene), clip.scene.duration
        frames, masks, sound = clip.files[:seconds], clip.files[seconds:-1], clip.files[-1]
        for file, image in zip(frames, rendering.frames):
            write_image(folder / file, image)
        labels = _CLASS_OF[rendering.species[:len(masks) // 2]]
        for file, image in zip(masks, (*_PALETTE[labels], *labels)):
            write_image(folder / file, image)
        write_wav(folder / sound, rendering.sound)

    def write_labels(self, folder: Path, clips: dict[str, list[Clip]], seed: int) -> None:
        """One csv for all splits and subsets, and the classes, numbered from 1 as in the official file."""
        rows = [_row(clip) for split_clips in clips.values() for clip in split_clips]
        write_text_atomically(folder / 'metadata.csv', ''.join(f'{",".join(row)}\n' for row in (COLUMNS, *rows)))
        indices = {label: 1 + index for index, label in enumerate(CLASSES)}
        write_text_atomically(folder / 'label2idx.json', json.dumps(indices, indent=4) + '\n')


def _uid(video_id: str, start: int, scene: Scene) -> str:
    return f'{video_id}_{start * 1000}_{(start + scene.duration) * 1000}'


def _files(subset: str, uid: str, split: str, scene: Scene) -> tuple[str, ...]:
    """A frame a second, as many masks of either sort (but one in the training clips of v1s), and the sound."""
    masks = 1 if (subset, split) == ('v1s', 'train') else scene.duration
    names = [('frames', 'jpg', scene.duration), ('labels_rgb', 'png', masks), ('labels_semantic', 'png', masks)]
    return (*(f'{subset}/{uid}/{name}/{k}.{suffix}' for name, suffix, count in names for k in range(count)),
            f'{subset}/{uid}/audio.wav')


def _row(clip: Clip) -> tuple[str, ...]:
    subset, uid = clip.files[0].split('/')[:2]
    # The uid of v1m is the id of the source video, that of the others has the times behind it.
    video_id, start = (uid, 0) if subset == 'v1m' else (uid.rsplit('_', 2)[0], int(uid.rsplit('_', 2)[1]) // 1000)
    objects = dict.fromkeys(KINDS[actor.kind].avss[actor.species] for actor in clip.scene.actors if actor.visible and actor.audible)
    return video_id, uid, str(start // 60), str(start % 60), '_'.join(objects), clip.split, subset
